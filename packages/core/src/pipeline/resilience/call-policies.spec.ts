import { describe, expect, it } from '@jest/globals';
import type { BehaviorOption } from '../../contracts/behavior.js';
import type { MessageContext } from '../../contracts/message-context.js';
import { Message, ReliableEvent } from '../../contracts/message.js';
import { Command, Query } from '../../contracts/request.js';
import { CatgaError } from '../../errors/catga-error.js';
import { bulkhead, circuitBreaker, rateLimit, retry } from './policies.js';
import { CatgaNode } from '../../node/catga-node.js';
import { startNode } from '../../node/running-node.fixture.js';

class Buy extends Command<string> {}
class Look extends Query<string> {}

@Message({ behaviors: [retry({ maxAttempts: 5, initialDelayMs: 10, jitter: false })] })
class Reserve extends Command<string> {}

const unreachable = (): Error => Object.assign(new Error('stock is away'), { retryable: true });

describe('retry of a request', () => {
  it('runs the handler again under one id, and tells it the attempt', async () => {
    const seen: [string, number][] = [];
    const { node, clock } = await startNode((it) =>
      it.handleRequest(Reserve, (_command, { messageId, attempt }) => {
        seen.push([messageId, attempt]);
        if (seen.length < 3) throw unreachable();
        return 'reserved';
      }),
    );
    const sent = node.mediator.send(new Reserve());
    await clock.advance(100);
    await expect(sent).resolves.toBe('reserved');
    expect(seen.map(([, attempt]) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(seen.map(([id]) => id)).size).toBe(1);
  });

  it('keeps the id that the caller gave', async () => {
    const seen: string[] = [];
    const { node, clock } = await startNode((it) =>
      it.handleRequest(Reserve, (_command, { messageId }) => {
        seen.push(messageId);
        throw unreachable();
      }),
    );
    const sent = node.mediator.trySend(new Reserve(), { messageId: 'mine' });
    await clock.advance(1000);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { message: 'stock is away' } });
    expect(seen).toEqual(['mine', 'mine', 'mine', 'mine', 'mine']);
  });

  it('waits for the outcome of an attempt that took too long and went on, instead of a second effect', async () => {
    let runs = 0;
    let finish = (): void => {};
    const { node, clock } = await startNode(
      (it) =>
        it.handleRequest(Buy, async () => {
          runs++;
          await new Promise<void>((resolve) => (finish = resolve));
          return 'bought';
        }),
      { behaviors: [retry({ attemptTimeoutMs: 100, initialDelayMs: 10, jitter: false })] },
    );
    const sent = node.mediator.send(new Buy());
    await clock.advance(150);
    finish();
    await clock.advance(1);
    await expect(sent).resolves.toBe('bought');
    expect(runs).toBe(1);
  });

  it('gives each attempt at a query its time, within the time of the caller', async () => {
    const startedAt: number[] = [];
    const { node, clock } = await startNode(
      (it) =>
        it.handleRequest(Look, () => {
          startedAt.push(clock.monotonicMs());
          return new Promise(() => {});
        }),
      { behaviors: [retry({ attemptTimeoutMs: 100, initialDelayMs: 10, jitter: false })] },
    );
    let endedAt = 0;
    const sent = node.mediator.trySend(new Look(), { timeoutMs: 150 });
    void sent.then(() => (endedAt = clock.monotonicMs()));
    await clock.advance(1000);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_TIMEOUT' } });
    expect([startedAt, endedAt]).toEqual([[0, 110], 150]);
  });

  it('waits for room in a full node', async () => {
    let finish = (): void => {};
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, () => new Promise<void>((resolve) => (finish = resolve)))
          .handleRequest(Look, () => 'seen'),
      { concurrency: { maxInFlight: 1, maxQueued: 0 }, behaviors: [retry({ jitter: false })] },
    );
    void node.mediator.send(new Buy());
    await clock.advance(0);
    const sent = node.mediator.send(new Look());
    await clock.advance(50);
    finish();
    await clock.advance(50);
    await expect(sent).resolves.toBe('seen');
  });

  it('goes around every way of sending, sendBatch and context.send included', async () => {
    const failing = new Set(['send', 'batch', 'stream', 'node', 'context']);
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(Look, (_query, { headers }: MessageContext) => {
            if (failing.delete(headers.from ?? '')) throw unreachable();
            return headers.from ?? '';
          })
          .handleRequest(Buy, (_command, context: MessageContext) =>
            context.send(new Look(), { headers: { from: 'context' } }),
          ),
      { nodeId: 'me', behaviors: [retry({ initialDelayMs: 10 })] },
    );
    const { mediator } = node;
    const from = (way: string): { headers: Record<string, string> } => ({ headers: { from: way } });
    const stream = async (): Promise<unknown> => {
      for await (const result of mediator.sendStream([new Look()], from('stream'))) return result;
      return undefined;
    };
    const all = Promise.all([
      mediator.send(new Look(), from('send')),
      mediator.sendBatch([new Look()], from('batch')),
      stream(),
      mediator.sendToNode('me', new Look(), from('node')),
      mediator.send(new Buy()),
    ]);
    await clock.advance(100);
    await expect(all).resolves.toEqual([
      'send',
      [{ ok: true, value: 'batch' }],
      { ok: true, value: 'stream' },
      'node',
      'context',
    ]);
  });

  it('of a message replaces the one of the module', async () => {
    let runs = 0;
    const { node, clock } = await startNode(
      (it) =>
        it.handleRequest(Reserve, () => {
          runs++;
          throw unreachable();
        }),
      { behaviors: [retry({ maxAttempts: 3 })] },
    );
    void node.mediator.trySend(new Reserve());
    await clock.advance(10_000);
    expect(runs).toBe(5);
  });

  it('ends when the node stops, and sends nothing more', async () => {
    let runs = 0;
    const { node, clock } = await startNode((it) =>
      it.handleRequest(Reserve, () => {
        runs++;
        throw unreachable();
      }),
    );
    const sent = node.mediator.trySend(new Reserve());
    await clock.advance(0);
    const stopped = node.stop();
    await clock.advance(10_000);
    await stopped;
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_SHUTTING_DOWN' } });
    expect(runs).toBe(1);
  });

  it('begins no other attempt while the node drains', async () => {
    let runs = 0;
    let finish = (): void => {};
    const { node, clock } = await startNode((it) =>
      it
        .handleRequest(Reserve, () => {
          runs++;
          throw unreachable();
        })
        .handleRequest(Buy, () => new Promise<void>((resolve) => (finish = resolve))),
    );
    const running = node.mediator.send(new Buy());
    const sent = node.mediator.trySend(new Reserve());
    await clock.advance(0);
    const drained = node.drain();
    await clock.advance(1000);
    await expect(sent).resolves.toMatchObject({ ok: false, error: { code: 'CATGA_SHUTTING_DOWN' } });
    expect(runs).toBe(1);
    finish();
    await Promise.all([running, drained]);
  });
});

describe('a circuit breaker', () => {
  const breaker = circuitBreaker({ minimumRequests: 2, openMs: 1000 });

  it('of the module has a state for each type of request', async () => {
    const { node, clock } = await startNode(
      (it) =>
        it.handleRequest(Buy, () => Promise.reject(new Error('broken'))).handleRequest(Look, () => 'seen'),
      { behaviors: [breaker] },
    );
    await node.mediator.sendBatch([new Buy(), new Buy()]);
    await expect(node.mediator.send(new Buy())).rejects.toMatchObject({ code: 'CATGA_CIRCUIT_OPEN' });
    await expect(node.mediator.send(new Look())).resolves.toBe('seen');
    await clock.advance(1000);
    await expect(node.mediator.send(new Buy())).rejects.toThrow('broken');
  });

  it('inside a retry counts each attempt, and outside counts none of them twice', async () => {
    const runsUnder = async (...behaviors: BehaviorOption[]): Promise<number> => {
      let runs = 0;
      const { node, clock } = await startNode(
        (it) =>
          it.handleRequest(Look, () => {
            runs++;
            throw unreachable();
          }),
        { behaviors },
      );
      void node.mediator.trySend(new Look());
      await clock.advance(900);
      return runs;
    };
    const tries = retry({ maxAttempts: 4, initialDelayMs: 10 });
    await expect(runsUnder(tries, breaker)).resolves.toBe(2);
    await expect(runsUnder(breaker, tries)).resolves.toBe(4);
  });

  it('of two applications in one process has two states', async () => {
    @Message({ behaviors: [breaker] })
    class Pay extends Command<string> {}
    const failing = await startNode((it) => it.handleRequest(Pay, () => Promise.reject(new Error('broken'))));
    const well = await startNode((it) => it.handleRequest(Pay, () => 'paid'));
    await failing.node.mediator.sendBatch([new Pay(), new Pay()]);
    await expect(failing.node.mediator.send(new Pay())).rejects.toMatchObject({ code: 'CATGA_CIRCUIT_OPEN' });
    await expect(well.node.mediator.send(new Pay())).resolves.toBe('paid');
  });
});

describe('policies', () => {
  const refusal = async (build: (node: CatgaNode) => CatgaNode): Promise<unknown> => {
    try {
      await build(new CatgaNode()).init();
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  };

  it.each([
    ['retry', retry()],
    ['circuitBreaker', circuitBreaker()],
  ])('at callers are refused on events, whose publishers wait for nobody: %s', async (name, policy) => {
    @Message({ behaviors: [policy] })
    class Bought {}
    await expect(refusal((node) => node.handleEvent(Bought, () => {}))).resolves.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining(`Message Bought: ${name} is for commands and queries`),
    });
  });

  it('are refused twice on one message, and twice in the module', async () => {
    @Message({ behaviors: [rateLimit({ permits: 1, perMs: 1 }), rateLimit({ permits: 2, perMs: 1 })] })
    class Twice extends Query<void> {}
    await expect(refusal((node) => node.handleRequest(Twice, () => {}))).resolves.toMatchObject({
      message: expect.stringContaining('behaviors has rateLimit twice'),
    });
    const twice = [bulkhead({ maxConcurrent: 1 }), bulkhead({ maxConcurrent: 2 })];
    expect(() => new CatgaNode({ behaviors: twice })).toThrow(
      'Wrong options: behaviors: behaviors has bulkhead twice; keep one.',
    );
  });

  it('of the module at callers leave events alone', async () => {
    let handled = 0;
    @ReliableEvent()
    class Bought {}
    const { node } = await startNode((it) => it.handleEvent(Bought, () => void handled++), {
      behaviors: [retry(), circuitBreaker()],
    });
    await node.mediator.publish(new Bought());
    await node.settled();
    expect(handled).toBe(1);
  });

  it('do not hide what is wrong with a request', async () => {
    const { node } = await startNode((it) => it, {
      behaviors: [retry({ maxAttempts: 1 }), circuitBreaker()],
    });
    await expect(node.mediator.send({} as Buy)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await expect(node.mediator.send(new Buy())).rejects.toMatchObject({ code: 'CATGA_NO_HANDLER' });
    await expect(node.mediator.send(new Buy(), { timeoutMs: -1 })).rejects.toBeInstanceOf(CatgaError);
  });
});
