import { describe, expect, it } from '@jest/globals';
import type { Behavior } from '../contracts/behavior.js';
import type { FailureReport } from '../contracts/error-report.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import type { MessageOptions } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import type { CatgaNode } from './catga-node.js';
import { Gate, startNode } from './running-node.fixture.js';

const refusingSchema: MessageOptions['schema'] = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'is wrong' }] }) },
};

class Buy extends Command<string> {
  constructor(readonly sku = 'tea') {
    super();
  }
}
class Look extends Query<string> {}
class Seen {}
@ReliableEvent()
class Bought {}

describe('send', () => {
  it('calls the handler itself where nothing stands in between, and hands its own object over', async () => {
    const result = { big: 1n };
    const { node } = await startNode((it) => it.handleRequest(Buy, (_command) => result));
    const command = new Buy();
    await expect(node.mediator.send(command)).resolves.toBe(result);
  });

  it('calls it before it returns: the caller pays no detour', async () => {
    let ran = false;
    const { node } = await startNode((it) => it.handleRequest(Buy, (_command) => String((ran = true))));
    const answer = node.mediator.send(new Buy());
    expect(ran).toBe(true);
    await answer;
  });

  it('rejects, and never throws, whatever the handler does', async () => {
    const error = new Error('no');
    const { node } = await startNode((it) =>
      it
        .handleRequest(Buy, (_command) => {
          throw error;
        })
        .handleRequest(Look, async () => Promise.reject(error)),
    );
    await expect(node.mediator.send(new Buy())).rejects.toBe(error);
    await expect(node.mediator.send(new Look())).rejects.toBe(error);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'Buy'],
    ['a plain object', { sku: 'tea' }],
  ])('refuses %s, which is no message', async (_, message) => {
    const { node } = await startNode((it) => it.handleRequest(Buy, () => ''));
    await expect(node.mediator.send(message as never)).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await expect(node.mediator.publish(message as never)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
    });
    await expect(node.mediator.enqueue(message as never)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
    });
  });

  it('refuses an event, and publish refuses a request', async () => {
    const { node } = await startNode((it) => it.handleRequest(Buy, () => '').handleEvent(Seen, () => {}));
    await expect(node.mediator.send(new Seen() as never)).rejects.toThrow(/Seen is an event: use publish/);
    await expect(node.mediator.publish(new Buy())).rejects.toThrow(/Buy is a command: use send/);
    await expect(node.mediator.broadcast(new Look())).rejects.toThrow(/Look is a query: use send/);
  });

  it('goes by the class and not by its name, so that a minifier may rename it', async () => {
    const one = (() => {
      @Message({ name: 'one' })
      class a extends Command<string> {}
      return a;
    })();
    const other = (() => {
      @Message({ name: 'other' })
      class a extends Command<string> {}
      return a;
    })();
    const { node } = await startNode((it) =>
      it
        .handleRequest(one, () => 'one', { name: 'One' })
        .handleRequest(other, () => 'other', { name: 'Other' }),
    );
    await expect(node.mediator.sendBatch([new one(), new other(), new one()])).resolves.toMatchObject([
      { value: 'one' },
      { value: 'other' },
      { value: 'one' },
    ]);
  });

  it.each([0, -1, NaN])('refuses a timeoutMs of %d', async (timeoutMs) => {
    const { node } = await startNode((it) => it.handleRequest(Buy, () => ''));
    await expect(node.mediator.send(new Buy(), { timeoutMs })).rejects.toThrow(/timeoutMs of Buy/);
  });

  it('leaves no timer and no pending call behind, timed out or not', async () => {
    const gate = new Gate();
    const { node, clock } = await startNode((it) =>
      it
        .handleRequest(Buy, (_command, _context) => 'now')
        .handleRequest(Look, async (_query, _context) => {
          await gate.opened;
          return 'late';
        }),
    );
    const before = clock.armedTimers;
    await node.mediator.send(new Buy(), { timeoutMs: 1000 });
    await clock.advance(0);
    expect(clock.armedTimers).toBe(before);
    const late = node.mediator.trySend(new Look(), { timeoutMs: 50 });
    await clock.advance(50);
    await expect(late).resolves.toMatchObject({ error: { code: 'CATGA_TIMEOUT' } });
    gate.open();
    await expect(node.mediator.send(new Look(), { timeoutMs: 50 })).resolves.toBe('late');
    await clock.advance(0);
    expect(clock.armedTimers).toBe(before);
  });

  it('counts what is in flight, whichever way the handler ends', async () => {
    const gate = new Gate();
    const { node } = await startNode((it) =>
      it
        .handleRequest(Buy, async (_command) => gate.opened)
        .handleRequest(Look, (_query) => {
          throw new Error('no');
        }),
    );
    const running = [node.mediator.send(new Buy()), node.mediator.send(new Buy(), { headers: { a: 'b' } })];
    expect(node.mediator.self.load).toEqual({ inFlight: 2, queued: 0, unanswered: 0, handled: 0 });
    gate.open();
    await Promise.all(running);
    await expect(node.mediator.send(new Look())).rejects.toThrow('no');
    expect(node.mediator.self.load).toEqual({ inFlight: 0, queued: 0, unanswered: 0, handled: 3 });
  });
});

describe('the bound on messages in flight', () => {
  it('holds for what a handler sends before its first await too', async () => {
    const gate = new Gate();
    let looks = 0;
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, async (_command) => {
            const inner = node.mediator.send(new Look());
            await gate.opened;
            void inner;
            return 'bought';
          })
          .handleRequest(Look, async (_query) => String(++looks)),
      { concurrency: { maxInFlight: 1 } },
    );
    const answer = node.mediator.send(new Buy());
    await clock.advance(0);
    expect(node.mediator.self.load).toMatchObject({ inFlight: 1, queued: 1 });
    expect(looks).toBe(0);
    gate.open();
    await answer;
    await clock.advance(0);
    expect(looks).toBe(1);
  });

  it('is passed by what a handler sends through its context, which is part of its own work', async () => {
    const { node } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, async (_command, context) => context.send(new Look()))
          .handleRequest(Look, async (_query) => 'seen'),
      { concurrency: { maxInFlight: 1, maxQueued: 0 } },
    );
    await expect(node.mediator.send(new Buy())).resolves.toBe('seen');
    expect(node.mediator.self.load).toMatchObject({ inFlight: 0, queued: 0 });
  });
});

describe('trySend', () => {
  it('never rejects', async () => {
    const { node } = await startNode((it) =>
      it.handleRequest(Buy, (command) => {
        // oxlint-disable-next-line typescript/only-throw-error -- handlers may throw anything
        if ((command as Buy).sku === 'milk') throw 'just text';
        return 'bought';
      }),
    );
    await expect(node.mediator.trySend(new Buy())).resolves.toEqual({ ok: true, value: 'bought' });
    const result = await node.mediator.trySend(new Buy('milk'));
    expect(result).toMatchObject({ ok: false, error: { message: 'just text' } });
    await expect(node.mediator.trySend(new Look())).resolves.toMatchObject({
      error: { code: 'CATGA_NO_HANDLER' },
    });
  });
});

describe('sendBatch and sendStream', () => {
  it('apply their options to each request', async () => {
    const { node, clock } = await startNode((it) =>
      it.handleRequest(
        Buy,
        (_command, { headers, deadline }) => `${headers['tenant']} ${deadline!.getTime()}`,
      ),
    );
    const options = { headers: { tenant: 'blue' }, timeoutMs: 100 };
    const value = `blue ${clock.now() + 100}`;
    await expect(node.mediator.sendBatch([new Buy(), new Buy()], options)).resolves.toEqual([
      { ok: true, value },
      { ok: true, value },
    ]);
    const streamed: unknown[] = [];
    for await (const result of node.mediator.sendStream([new Buy()], { concurrency: 1, ...options })) {
      streamed.push(result);
    }
    expect(streamed).toEqual([{ ok: true, value }]);
  });

  it('stream a source with bounded concurrency, and go on after a failure', async () => {
    let running = 0;
    let most = 0;
    const { node } = await startNode((it) =>
      it.handleRequest(Buy, async (command) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => void setImmediate(resolve));
        running--;
        if ((command as Buy).sku === '7') throw new Error('no seven');
        return (command as Buy).sku;
      }),
    );
    async function* source(): AsyncGenerator<Buy> {
      for (let i = 0; i < 20; i++) yield new Buy(String(i));
    }
    const results: string[] = [];
    for await (const result of node.mediator.sendStream(source(), { concurrency: 4 })) {
      results.push(result.ok ? result.value : result.error.message);
    }
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => (i === 7 ? 'no seven' : String(i))));
    expect(most).toBe(4);
  });
});

describe('no way of sending bypasses the pipeline', () => {
  const send: Record<string, (node: CatgaNode) => Promise<unknown>> = {
    send: ({ mediator }) => mediator.send(new Buy()),
    'send with options': ({ mediator }) => mediator.send(new Buy(), { headers: { a: 'b' } }),
    'send with an id': ({ mediator }) => mediator.send(new Buy(), { messageId: 'k' }),
    trySend: ({ mediator }) => mediator.trySend(new Buy()),
    sendBatch: ({ mediator }) => mediator.sendBatch([new Buy()]),
    sendStream: async ({ mediator }) => {
      for await (const _result of mediator.sendStream([new Buy()]));
    },
    sendToNode: ({ mediator }) => mediator.sendToNode(mediator.self.nodeId, new Buy()),
    enqueue: ({ mediator }) => mediator.enqueue(new Buy()),
    'context.send': ({ mediator }) => mediator.send(new Look()),
    publish: ({ mediator }) => mediator.publish(new Seen()),
    publishBatch: ({ mediator }) => mediator.publishBatch([new Seen()]),
    'publish of a reliable event': ({ mediator }) => mediator.publish(new Bought()),
    broadcast: ({ mediator }) => mediator.broadcast(new Seen()),
    'broadcast of a reliable event': ({ mediator }) => mediator.broadcast(new Bought()),
  };

  it.each(Object.entries(send))('%s', async (way, act) => {
    const passed: string[] = [];
    const watching: Behavior = {
      handle(envelope, _context, next) {
        passed.push(envelope.name);
        return next();
      },
    };
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, (_command) => 'bought')
          .handleRequest(Look, (_query, context) => context.send(new Buy()))
          .handleEvent(Seen, (_event) => {})
          .handleEvent(Bought, (_event) => {}),
      { behaviors: [watching] },
    );
    await act(node);
    await clock.advance(0);
    const expected =
      way === 'context.send'
        ? ['Look', 'Buy']
        : [/event|publish|broadcast/.test(way) ? expect.stringMatching(/Seen|Bought/) : 'Buy'];
    expect(passed).toEqual(expected);
  });
});

describe('publish', () => {
  it('calls handlers before it resolves, and none of them holds it up', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    const { node } = await startNode((it) =>
      it
        .handleEvent(
          Seen,
          async (_event) => {
            seen.push('slow begins');
            await gate.opened;
          },
          { name: 'Slow' },
        )
        .handleEvent(Seen, (_event) => void seen.push('quick'), { name: 'Quick' }),
    );
    await node.mediator.publish(new Seen());
    expect(seen).toEqual(['slow begins', 'quick']);
    gate.open();
  });

  it('awaits whatever a handler returns that can be awaited', async () => {
    const reports: FailureReport[] = [];
    let isAsked = false;
    const lazyQuery = {
      // oxlint-disable-next-line unicorn/no-thenable -- query builders run only when they are awaited
      then: (_resolve: unknown, reject: (error: Error) => void) => {
        isAsked = true;
        reject(new Error('no such table'));
      },
    };
    const { node, clock } = await startNode((it) => it.handleEvent(Seen, (_event) => lazyQuery));
    node.failures.subscribe((report) => void reports.push(report));
    await node.mediator.publish(new Seen());
    await clock.advance(0);
    expect(isAsked).toBe(true);
    expect(reports).toMatchObject([{ error: { message: 'no such table' }, source: 'SeenHandler' }]);
    expect(node.mediator.self.load).toEqual({ inFlight: 0, queued: 0, unanswered: 0, handled: 1 });
  });

  it('drops no event in silence when too many wait: each handler that missed it is reported', async () => {
    const gate = new Gate();
    const reports: FailureReport[] = [];
    let handled = 0;
    const { node, clock } = await startNode(
      (it) =>
        it.handleEvent(Seen, async () => {
          await gate.opened;
          handled++;
        }),
      { concurrency: { maxInFlight: 1, maxQueued: 1 } },
    );
    node.failures.subscribe((report) => void reports.push(report));
    for (let i = 0; i < 3; i++) await node.mediator.publish(new Seen());
    await clock.advance(0);
    expect(reports).toMatchObject([
      { error: { code: 'CATGA_OVERLOADED' }, source: 'SeenHandler', disposition: 'dropped' },
    ]);
    gate.open();
    await clock.advance(0);
    expect(handled).toBe(2);
  });

  it('survives that every handler fails: later events are handled, and nothing is unhandled', async () => {
    let seen = 0;
    const { node, clock } = await startNode((it) =>
      it.handleEvent(
        [Seen, Bought],
        async (_event) => {
          seen++;
          throw new Error('always');
        },
        { maxAttempts: 1 },
      ),
    );
    for (let i = 0; i < 3; i++) {
      await node.mediator.publish(new Seen());
      await node.mediator.publish(new Bought());
    }
    await clock.advance(0);
    expect(seen).toBe(6);
    expect([...node.failures.failures.values()].reduce((sum, count) => sum + count)).toBe(6);
  });

  it('validates: what a plain event fails reaches the error sink, not the handler', async () => {
    @Message({ schema: refusingSchema })
    class Checked {}
    let runs = 0;
    const { node, clock } = await startNode((it) => it.handleEvent(Checked, (_event) => void runs++));
    await node.mediator.publish(new Checked());
    await clock.advance(0);
    expect(runs).toBe(0);
    expect(node.failures.failures.get('CheckedHandler')).toBe(1);
  });
});
