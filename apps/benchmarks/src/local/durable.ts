import { Handled, inBatches } from '../measure/calls.js';
import type { Contender, Scenario } from '../measure/contender.js';

const IN_FLIGHT = 1000;
const ONE_PUBLISH = 'Catga publish (QoS 1), one at a time';
const ONE_ENQUEUE = 'Catga enqueue, one at a time';

/** Stores so many at once, and goes on when the handler has handled all of them. */
function endToEnd(
  inFlight: number,
  handled: Handled,
  store: (turn: number) => Promise<unknown>,
  close: () => Promise<void>,
): Contender {
  return {
    grain: inFlight,
    run: (calls) =>
      inBatches(calls, inFlight, async (from, to) => {
        const expected = handled.count + to - from;
        const stored: Promise<unknown>[] = [];
        for (let turn = from; turn < to; turn++) stored.push(store(turn));
        const receipts = await Promise.all(stored);
        await handled.reaches(expected);
        return receipts;
      }),
    close,
  };
}

async function publishing(inFlight: number): Promise<Contender> {
  const { catgaEvents } = await import('../apps/catga-app.js');
  const handled = new Handled();
  const { mediator, next, close } = await catgaEvents(1, handled, { isReliable: true });
  return endToEnd(inFlight, handled, (turn) => mediator.publish(next(turn)), close);
}

async function enqueueing(inFlight: number): Promise<Contender> {
  const { catgaWork } = await import('../apps/catga-app.js');
  const handled = new Handled();
  const { mediator, next, close } = await catgaWork(handled);
  return endToEnd(inFlight, handled, (turn) => mediator.enqueue(next(turn)), close);
}

/** Through the memory engine's durable log: stored, delivered, handled, acknowledged. */
export const RELIABLE_PUBLISH: Scenario = {
  id: 'publish-reliable',
  title: 'publish: a reliable event (QoS 1) on the memory engine, until its handler has run',
  unit: 'events',
  reference: ONE_PUBLISH,
  withoutHeap: true,
  contenders: {
    [ONE_PUBLISH]: () => publishing(1),
    [`Catga publish (QoS 1), ${IN_FLIGHT} in flight`]: () => publishing(IN_FLIGHT),
  },
};

export const ENQUEUE: Scenario = {
  id: 'enqueue',
  title: 'enqueue: a durable command on the memory engine, until its handler has run',
  unit: 'commands',
  reference: ONE_ENQUEUE,
  withoutHeap: true,
  contenders: {
    [ONE_ENQUEUE]: () => enqueueing(1),
    [`Catga enqueue, ${IN_FLIGHT} in flight`]: () => enqueueing(IN_FLIGHT),
  },
};
