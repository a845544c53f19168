import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { CatgaMediator, Command, EventHandler, RequestHandler } from '@catga/nestjs';
import type { IEventHandler, IRequestHandler, MessageContext } from '@catga/nestjs';
import { CatgaTesting } from './index.js';
import { CountOrders, CustomerSeen, OrderPlaced, PlaceOrder, SHOP, shop } from './shop.fixture.js';

class SendNewsletter extends Command {
  constructor(readonly issue: number) {
    super();
  }
}

@RequestHandler(SendNewsletter)
class SendNewsletterHandler implements IRequestHandler<SendNewsletter> {
  handle({ issue }: SendNewsletter): void {
    if (issue < 1) throw new Error('no such issue');
  }
}

@EventHandler(CustomerSeen)
class Greeter implements IEventHandler<CustomerSeen> {
  handle({ name }: CustomerSeen): void {
    throw new Error(`${name} does not want to be greeted`);
  }
}

describe('what CatgaTesting recorded', () => {
  let module: TestingModule;
  const testing = (): CatgaTesting => module.get(CatgaTesting);
  const mediator = (): CatgaMediator => module.get(CatgaMediator);

  afterEach(() => module.close());

  it('has the requests that were sent, as typed instances in order', async () => {
    module = await shop();
    await mediator().send(new PlaceOrder('tea'));
    await mediator().trySend(new CountOrders());
    await mediator().sendBatch([new PlaceOrder('milk'), new PlaceOrder('sugar')]);
    const placed: readonly PlaceOrder[] = testing().sent(PlaceOrder);
    expect(placed.map(({ sku }) => sku)).toEqual(['tea', 'milk', 'sugar']);
    expect(testing().sent()).toHaveLength(4);
    expect(testing().sent()[1]).toBeInstanceOf(CountOrders);
  });

  it('has requests to a handler that takes only the message', async () => {
    module = await shop();
    await mediator().send(new CountOrders());
    expect(testing().sent(CountOrders)).toHaveLength(1);
  });

  it('has the events that handlers published, each with its options', async () => {
    module = await shop();
    await mediator().send(new PlaceOrder('tea'), { messageId: 'once' });
    await mediator().publish(new CustomerSeen('Ada'));
    expect(testing().published(OrderPlaced)).toEqual([new OrderPlaced('tea')]);
    expect(testing().published()).toHaveLength(2);
    expect(testing().recorded()).toMatchObject([
      { how: 'sent', message: { sku: 'tea' }, options: { messageId: 'once' } },
      { how: 'published', message: { sku: 'tea' }, options: { headers: { via: 'shop' } } },
      { how: 'published', message: { name: 'Ada' }, options: {} },
    ]);
    expect(testing().recorded(CustomerSeen)).toHaveLength(1);
  });

  it('has broadcasts and batches of events', async () => {
    module = await shop();
    await mediator().broadcast(new CustomerSeen('Ada'));
    await mediator().publishBatch([new CustomerSeen('Bob'), new CustomerSeen('Cy')]);
    expect(
      testing()
        .published(CustomerSeen)
        .map(({ name }) => name),
    ).toEqual(['Ada', 'Bob', 'Cy']);
  });

  it('has the commands that were queued', async () => {
    module = await shop([SendNewsletterHandler]);
    await mediator().enqueue(new SendNewsletter(7), { delayMs: 60_000 });
    expect(testing().enqueued(SendNewsletter)).toEqual([new SendNewsletter(7)]);
    expect(testing().sent()).toEqual([]);
    expect(testing().recorded()[0]?.options).toEqual({ delayMs: 60_000 });
  });

  it('has the commands that handlers queued', async () => {
    @EventHandler(CustomerSeen)
    class Subscribe implements IEventHandler<CustomerSeen> {
      async handle(_event: CustomerSeen, context: MessageContext): Promise<void> {
        await context.enqueue(new SendNewsletter(1));
      }
    }
    module = await shop([SendNewsletterHandler, Subscribe]);
    await mediator().publish(new CustomerSeen('Ada'));
    await testing().settled();
    expect(testing().enqueued()).toEqual([new SendNewsletter(1)]);
  });

  it('has requests that were refused', async () => {
    module = await shop([]);
    await mediator().trySend(new PlaceOrder('tea'));
    expect(testing().sent(PlaceOrder)).toHaveLength(1);
  });

  it('has the failures that no caller saw', async () => {
    module = await shop([Greeter]);
    await mediator().publish(new CustomerSeen('Ada'));
    await testing().settled();
    expect(testing().failures).toMatchObject([
      { source: 'Greeter', error: { message: 'Ada does not want to be greeted' }, disposition: 'dropped' },
    ]);
  });

  it('is forgotten by clear(), and recorded anew', async () => {
    module = await shop([...SHOP, Greeter]);
    await mediator().send(new PlaceOrder('tea'));
    await mediator().publish(new CustomerSeen('Ada'));
    await testing().settled();
    testing().clear();
    expect(testing().recorded()).toEqual([]);
    expect(testing().failures).toEqual([]);
    await mediator().send(new PlaceOrder('milk'));
    expect(testing().sent()).toEqual([new PlaceOrder('milk')]);
  });
});
