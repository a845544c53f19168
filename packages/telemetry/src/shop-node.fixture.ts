import { CatgaNode, Command, Query, ReliableEvent, memoryOutbox } from '@catga/core';
import type { CatgaOptions, MessageTracer } from '@catga/core';

export class Count extends Query<number> {}

export class Pack extends Command<string> {}

@ReliableEvent()
export class Shipped {}

export class Viewed {}

/** What lets the handler of `Shipped` succeed. */
export interface Fate {
  fails: boolean;
}

/** One node in memory: a query, a command, an event whose handler fails at first, and a plain event. */
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
    .handleRequest(Count, () => 3)
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

/** Sends one of each, and has the event fail for good. */
export async function workIn(node: CatgaNode, fate: Fate): Promise<void> {
  const { mediator } = node;
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
}
