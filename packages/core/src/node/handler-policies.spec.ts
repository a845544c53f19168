import { describe, expect, it } from '@jest/globals';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import { bulkhead, rateLimit } from '../pipeline/resilience/policies.js';
import { Gate, startNode } from './running-node.fixture.js';

@Message({ behaviors: [rateLimit({ permits: 2, perMs: 1000 })] })
class Look extends Query<string> {}

@Message({ behaviors: [bulkhead({ maxConcurrent: 2, maxQueued: 1, queueTimeoutMs: 500 })] })
class Count extends Query<number> {}

class Buy extends Command<string> {}

@ReliableEvent()
@Message({ behaviors: [rateLimit({ permits: 1, perMs: 1000 })] })
class Shipped {
  constructor(readonly order: number) {}
}

describe('a rate limit', () => {
  it('refuses what comes too fast, and says when to come again', async () => {
    const { node, clock } = await startNode((it) => it.handleRequest(Look, () => 'seen'));
    const results = await node.mediator.sendBatch([new Look(), new Look(), new Look()]);
    expect(results).toMatchObject([
      { ok: true },
      { ok: true },
      {
        ok: false,
        error: { code: 'CATGA_RATE_LIMITED', retryable: true, details: { name: 'Look', retryAfterMs: 500 } },
      },
    ]);
    await clock.advance(500);
    await expect(node.mediator.send(new Look())).resolves.toBe('seen');
  });

  it('goes by the time that passed, whatever is done to the wall clock', async () => {
    const { node, clock } = await startNode((it) => it.handleRequest(Look, () => 'seen'));
    await node.mediator.sendBatch([new Look(), new Look()]);
    clock.step(3_600_000);
    await expect(node.mediator.send(new Look())).rejects.toMatchObject({ code: 'CATGA_RATE_LIMITED' });
    clock.step(-7_200_000);
    await clock.advance(500);
    await expect(node.mediator.send(new Look())).resolves.toBe('seen');
  });

  it('of the module is one for each type of message', async () => {
    const { node } = await startNode(
      (it) => it.handleRequest(Buy, () => 'bought').handleRequest(Count, () => 1),
      { behaviors: [rateLimit({ permits: 1, perMs: 1000 })] },
    );
    await expect(node.mediator.send(new Buy())).resolves.toBe('bought');
    await expect(node.mediator.send(new Count())).resolves.toBe(1);
    await expect(node.mediator.send(new Buy())).rejects.toMatchObject({ code: 'CATGA_RATE_LIMITED' });
  });

  it('lets reliable events wait, and counts no attempts', async () => {
    const seen: [number, number][] = [];
    const { node, clock } = await startNode(
      (it) =>
        it.handleEvent(Shipped, (event, { attempt }) => void seen.push([(event as Shipped).order, attempt]), {
          maxAttempts: 1,
        }),
      {},
    );
    await node.mediator.publishBatch([1, 2, 3, 4].map((order) => new Shipped(order)));
    await clock.advance(1999);
    expect(seen).toHaveLength(2);
    await clock.advance(20_000);
    expect(new Set(seen.map(([order]) => order))).toEqual(new Set([1, 2, 3, 4]));
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(([, attempt]) => attempt))).toEqual(new Set([1]));
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('lets queued commands wait, with the requests of their type', async () => {
    let bought = 0;
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, () => `${++bought}`), {
      behaviors: [rateLimit({ permits: 1, perMs: 1000 })],
      retry: { maxAttempts: 1 },
    });
    await node.mediator.send(new Buy());
    await node.mediator.enqueue(new Buy());
    await clock.advance(900);
    expect(bought).toBe(1);
    await clock.advance(2000);
    expect(bought).toBe(2);
  });
});

describe('a bulkhead', () => {
  it('has so many handled at a time, some wait in order, others are refused', async () => {
    const gates = [new Gate(), new Gate(), new Gate()];
    let begun = 0;
    const { node, clock } = await startNode((it) =>
      it.handleRequest(Count, async () => {
        const mine = begun++;
        await gates[mine]?.opened;
        return mine;
      }),
    );
    const sent = [1, 2, 3, 4].map(() => node.mediator.trySend(new Count()));
    await expect(sent[3]).resolves.toMatchObject({
      ok: false,
      error: { code: 'CATGA_OVERLOADED', details: { name: 'Count', maxInFlight: 2, maxQueued: 1 } },
    });
    expect(begun).toBe(2);
    gates[0]?.open();
    await clock.advance(0);
    expect(begun).toBe(3);
    gates[1]?.open();
    gates[2]?.open();
    await expect(Promise.all(sent.slice(0, 3))).resolves.toEqual(
      [0, 1, 2].map((value) => ({ ok: true, value })),
    );
  });

  it('keeps no place of a handler that failed', async () => {
    const { node } = await startNode((it) =>
      it.handleRequest(Count, () => {
        throw new Error('broken');
      }),
    );
    for (let count = 0; count < 5; count++)
      await expect(node.mediator.send(new Count())).rejects.toThrow('broken');
  });

  /** A node whose bulkhead is full, and one more request that waits. */
  async function fullBulkhead(options: { timeoutMs?: number; signal?: AbortSignal }) {
    let begun = 0;
    const gate = new Gate();
    const { node, clock } = await startNode((it) =>
      it.handleRequest(Count, async () => {
        begun++;
        await gate.opened;
        return 0;
      }),
    );
    void node.mediator.trySend(new Count());
    void node.mediator.trySend(new Count());
    const waiting = node.mediator.trySend(new Count(), options);
    await clock.advance(0);
    return { node, clock, gate, waiting, begun: () => begun };
  }

  it.each([
    ['its time in the queue is over', {}, 500, 'CATGA_OVERLOADED'],
    ['its deadline comes', { timeoutMs: 100 }, 100, 'CATGA_TIMEOUT'],
  ])('lets a request wait no longer when %s', async (_name, options, afterMs, code) => {
    const { clock, gate, waiting, begun } = await fullBulkhead(options);
    await clock.advance(afterMs);
    await expect(waiting).resolves.toMatchObject({ ok: false, error: { code } });
    gate.open();
    await clock.advance(0);
    expect(begun()).toBe(2);
  });

  it('lets a request wait no longer when its caller gives up', async () => {
    const caller = new AbortController();
    const { clock, gate, waiting, begun } = await fullBulkhead({ signal: caller.signal });
    caller.abort();
    await expect(waiting).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_CANCELLED' } });
    gate.open();
    await clock.advance(0);
    expect(begun()).toBe(2);
  });

  it('lets nobody wait beyond the end of the node', async () => {
    @Message({ behaviors: [bulkhead({ maxConcurrent: 1, maxQueued: 1, queueTimeoutMs: 60_000 })] })
    class Slow extends Query<void> {}
    const { node, clock } = await startNode(
      (it) => it.handleRequest(Slow, () => new Promise<void>(() => {})),
      { shutdown: { drainTimeoutMs: 1000 } },
    );
    void node.mediator.trySend(new Slow());
    const waiting = node.mediator.trySend(new Slow());
    await clock.advance(0);
    const stopped = node.stop();
    await clock.advance(1001);
    await stopped;
    await expect(waiting).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_SHUTTING_DOWN' } });
  });

  it('is one for each handler of an event, and a plain event that is refused is reported', async () => {
    @Message({ behaviors: [bulkhead({ maxConcurrent: 1 })] })
    class Viewed {}
    const gate = new Gate();
    const handled: string[] = [];
    const { node, clock } = await startNode((it) =>
      it
        .handleEvent(Viewed, () => (handled.push('slow'), gate.opened), { name: 'Slow' })
        .handleEvent(Viewed, () => void handled.push('fast'), { name: 'Fast' }),
    );
    const missed: string[] = [];
    node.failures.subscribe(({ source, error }) => void missed.push(`${source}: ${error.name}`));
    await node.mediator.publish(new Viewed());
    await clock.advance(0);
    await node.mediator.publish(new Viewed());
    await clock.advance(0);
    gate.open();
    expect(handled).toEqual(['slow', 'fast', 'fast']);
    expect(missed).toEqual(['Slow: CatgaError']);
  });

  it('of a message replaces the one of the module', async () => {
    const gate = new Gate();
    const { node } = await startNode((it) => it.handleRequest(Count, () => gate.opened.then(() => 0)), {
      behaviors: [bulkhead({ maxConcurrent: 1 })],
    });
    const results = node.mediator.sendBatch([new Count(), new Count()]);
    gate.open();
    await expect(results).resolves.toMatchObject([{ ok: true }, { ok: true }]);
  });
});
