import type { CatgaMediator, CatgaResult, MessageContext } from '@catga/nestjs';
import type { OrderView } from './messages.js';
import { CancelOrder, CreateOrder, CustomerSignedIn, GetOrder, OrderCreated } from './messages.js';
import type { Same } from './type-assertions.js';
import { holds } from './type-assertions.js';

export async function sends(mediator: CatgaMediator, context: MessageContext): Promise<void> {
  const created = await mediator.send(new CreateOrder('c1'));
  holds<Same<typeof created, OrderCreated>>();

  const view = await mediator.send(new GetOrder('o1'), { timeoutMs: 100, messageId: 'm1' });
  holds<Same<typeof view, OrderView>>();

  const nothing = await mediator.send(new CancelOrder('o1', 'late'));

  holds<Same<typeof nothing, void>>();

  const tried = await mediator.trySend(new GetOrder('o1'));
  holds<Same<typeof tried, CatgaResult<OrderView>>>();
  if (tried.ok) holds<Same<typeof tried.value, OrderView>>();
  else holds<Same<typeof tried.error, Error>>();

  const batch = await mediator.sendBatch([new CreateOrder('c1'), new CreateOrder('c2')]);
  holds<Same<typeof batch, CatgaResult<OrderCreated>[]>>();

  for await (const each of mediator.sendStream([new GetOrder('o1')], { concurrency: 2, ordered: true })) {
    holds<Same<typeof each, CatgaResult<OrderView>>>();
  }

  const remote = await mediator.sendToNode('node1', new GetOrder('o1'));
  holds<Same<typeof remote, OrderView>>();

  const receipt = await mediator.enqueue(new CreateOrder('c1'), { keepOutcome: true });
  const outcome = await receipt.outcome({ timeoutMs: 100 });
  holds<Same<typeof outcome, CatgaResult<OrderCreated>>>();
  const found = await mediator.outcomeOf(CreateOrder, receipt.messageId);
  holds<Same<typeof found, CatgaResult<OrderCreated> | undefined>>();

  const continued = await context.send(new GetOrder('o1'));
  holds<Same<typeof continued, OrderView>>();
}

export async function refuses(mediator: CatgaMediator): Promise<void> {
  // @ts-expect-error the result of CreateOrder is what was created, not a view
  const wrong: OrderView = await mediator.send(new CreateOrder('c1'));

  // @ts-expect-error an event is published, not sent
  await mediator.send(new CustomerSignedIn('c1'));

  // @ts-expect-error a query is not enqueued: nobody would read its result
  await mediator.enqueue(new GetOrder('o1'));

  // @ts-expect-error only commands are queued, so only they have an outcome there
  await mediator.outcomeOf(GetOrder, 'm1');

  // @ts-expect-error an event is an object
  await mediator.publish('signed in');

  // @ts-expect-error durations carry their unit: timeoutMs
  await mediator.send(new GetOrder('o1'), { timeout: 100 });

  const tried = await mediator.trySend(new GetOrder('o1'));
  // @ts-expect-error the value is there only after `ok` was looked at
  void tried.value;

  void wrong;
}
