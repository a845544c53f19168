import { CatgaNode, Command, Query, ReliableEvent, memoryOutbox } from '@catga/core';
import type { CatgaOptions, MessageTracer } from '@catga/core';

export class Count extends Query<number> {}

export class Pack extends Command<string> {}

@ReliableEvent()
export class Shipped {}

export class Viewed {}

/** Whether the handlers of `Count` and `Shipped` fail. */
export interface Fate {
  fails: boolean;
}

/** One node in memory: a query, a command, a stored event and a plain one. */
export async function startShop(
  telemetry: readonly MessageTracer[],
  options: CatgaOptions = {},
  fate: Fate = { fails: false },
): Promise<CatgaNode> {
  const node = new CatgaNode({
    service: 'shop',
    outbox: memoryOutbox(),
    retry: { maxAttempts: 2, initialDelayMs: 1 },
    ...options,
    telemetry,
  })
    .handleRequest(Count, () => {
      if (fate.fails) throw new RangeError('no numbers');
      return 3;
    })
    .handleRequest(Pack, () => 'packed')
    .handleEvent(Viewed, () => {}, { name: 'Views' })
    .handleEvent(
      Shipped,
      () => {
        if (fate.fails) throw new RangeError('no stamps');
      },
      { name: 'Mail' },
    );
  await node.init();
  await node.start();
  return node;
}

/** What sagas of the node would report. */
export function reportSagas({ steps }: CatgaNode): void {
  steps.countSagasBy(() =>
    Promise.resolve([{ saga: 'fulfilment', running: 2, compensating: 0, stuck: 1, oldestMs: 90_000 }]),
  );
  for (const status of ['started', 'stuck'] as const) steps.sagaChanged({ saga: 'fulfilment', status });
}

/** What read models of the node would report. */
export function reportProjections({ steps }: CatgaNode): void {
  steps.readProjectionsBy(() =>
    Promise.resolve([
      { projection: 'balances', behindMs: 1500, isStopped: true },
      { projection: 'totals', behindMs: 0, isStopped: false },
    ]),
  );
}

/** Sends one of each, and has the query and the stored event fail. */
export async function workIn(node: CatgaNode, fate: Fate): Promise<void> {
  const { mediator } = node;
  fate.fails = false;
  await mediator.send(new Count());
  for (const _ of [1, 2]) await mediator.send(new Pack(), { messageId: 'p1' });
  await mediator.trySend(new Count(), { timeoutMs: -1 });
  await mediator.enqueue(new Pack());
  await mediator.publish(new Viewed());
  await mediator.publish(new Shipped());
  await node.settled();
  fate.fails = true;
  const dead = new Promise<void>((resolve) => {
    node.failures.subscribe(({ disposition }) => disposition === 'dead-lettered' && resolve());
  });
  await mediator.publish(new Shipped());
  await dead;
  await mediator.trySend(new Count());
}
