import { describe, expect, it } from '@jest/globals';
import type { Behavior } from '../contracts/behavior.js';
import type { MessageContext } from '../contracts/message-context.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import type { MessageOptions } from '../contracts/message.js';
import type { NodeChange } from '../contracts/node-info.js';
import { Command, Query } from '../contracts/request.js';
import { memory } from '../memory/memory-engine.js';
import type { Engine } from '../ports/engine.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';
import type { MessageObserver } from './node-services.js';
import { Gate, startNode } from './running-node.fixture.js';

class Buy extends Command<string> {}
class Sell extends Command<string> {}
class Seen {}
@ReliableEvent()
class Bought {}

const schema = (trace: string[]): MessageOptions['schema'] => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      trace.push('validation');
      return { value };
    },
  },
});

function tracing(name: string, trace: string[]): Behavior {
  return {
    handle(_envelope, _context, next) {
      trace.push(name);
      return next();
    },
  };
}

describe('a message passes', () => {
  it("global behaviors, validation, the cache, the message's own behaviors, then its handler", async () => {
    const trace: string[] = [];
    @Message({
      schema: schema(trace),
      behaviors: [tracing('own 1', trace), tracing('own 2', trace)],
      cache: { ttlMs: 1000 },
    })
    class Look extends Query<string> {}
    const { node } = await startNode(
      (it) => it.handleRequest(Look, () => String(trace.push('handler'))),
      { behaviors: [tracing('global 1', trace), tracing('global 2', trace)] },
      { behaviors: [tracing('framework', trace)] },
    );
    await node.mediator.send(new Look());
    const outer = ['framework', 'global 1', 'global 2', 'validation'];
    expect(trace).toEqual([...outer, 'own 1', 'own 2', 'handler']);
    trace.length = 0;
    await node.mediator.send(new Look());
    expect(trace).toEqual(outer);
  });

  it('a behavior given as a class, of which one is made for all messages', async () => {
    let made = 0;
    class Counting implements Behavior {
      constructor() {
        made++;
      }
      handle(_envelope: unknown, _context: unknown, next: () => Promise<unknown>): Promise<unknown> {
        return next();
      }
    }
    const { node } = await startNode((it) => it.handleRequest(Buy, () => '').handleEvent(Seen, () => {}), {
      behaviors: [Counting],
    });
    await node.mediator.send(new Buy());
    await node.mediator.publish(new Seen());
    expect(made).toBe(1);
  });

  it('validators of a framework beside its own schema', async () => {
    const { node } = await startNode(
      (it) => it.handleRequest(Buy, () => 'unreached'),
      {},
      {
        validatorsFor: ({ name }) => [
          () => ({ valid: false, issues: [{ path: 'sku', message: `of ${name}` }] }),
        ],
      },
    );
    await expect(node.mediator.send(new Buy())).rejects.toMatchObject({
      details: { issues: [{ path: 'sku', message: 'of Buy' }] },
    });
  });
});

describe('an observer', () => {
  it('is told of every message that callers hand over, the shortest way included', async () => {
    const told: string[] = [];
    const observer: MessageObserver = {
      sent: (request) => void told.push(`sent ${request.constructor.name}`),
      published: (event) => void told.push(`published ${event.constructor.name}`),
      enqueued: (command) => void told.push(`enqueued ${command.constructor.name}`),
    };
    const { node } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, async (_command, context) => {
            await context.publish(new Seen());
            return '';
          })
          .handleRequest(Sell, (_command) => '')
          .handleEvent(Seen, (_event) => {})
          .handleEvent(Bought, (_event) => {}),
      {},
      { observer },
    );
    await node.mediator.send(new Sell()); // its handler takes only the message
    await node.mediator.send(new Buy());
    await node.mediator.publish(new Seen());
    await node.mediator.publish(new Bought());
    await node.mediator.broadcast(new Seen());
    await node.mediator.enqueue(new Buy());
    expect(told.slice(0, 7)).toEqual([
      'sent Sell',
      'sent Buy',
      'published Seen',
      'published Seen',
      'published Bought',
      'published Seen',
      'enqueued Buy',
    ]);
  });
});

describe('two nodes in one process', () => {
  it('do not meet unless they share an engine', async () => {
    const seen: string[] = [];
    const start = async (nodeId: string): Promise<CatgaNode> => {
      const { node } = await startNode(
        (it) =>
          it
            .handleRequest(Buy, (_command) => nodeId)
            .handleEvent([Seen, Bought], (event) => void seen.push(`${nodeId} ${event.constructor.name}`)),
        { nodeId },
      );
      return node;
    };
    const one = await start('one');
    const other = await start('other');
    await expect(one.mediator.send(new Buy(), { messageId: 'k' })).resolves.toBe('one');
    await expect(other.mediator.send(new Buy(), { messageId: 'k' })).resolves.toBe('other');
    await one.mediator.publish(new Seen());
    await one.mediator.publish(new Bought());
    await one.settled();
    expect(seen).toEqual(['one Seen', 'one Bought']);
    expect(one.mediator.nodes().map(({ nodeId }) => nodeId)).toEqual(['one']);
  });
});

describe('the context of a handler', () => {
  it('is made only for a handler that asks for it', async () => {
    const counts: number[] = [];
    const { node } = await startNode((it) =>
      it
        .handleRequest(
          Buy,
          function (...given: unknown[]) {
            counts.push(given.length);
            return '';
          },
          { usesContext: false },
        )
        .handleEvent(Seen, (...given: unknown[]) => void counts.push(given.length)),
    );
    await node.mediator.send(new Buy());
    await node.mediator.publish(new Seen());
    expect(counts).toEqual([1, 2]);
  });

  it('has a deadline in wall time, or none', async () => {
    const deadlines: (number | undefined)[] = [];
    const { node, clock } = await startNode((it) =>
      it.handleRequest(Buy, async (_command, context) => {
        await clock.advance(10);
        deadlines.push(context.deadline?.getTime());
        return '';
      }),
    );
    const sentAtMs = clock.now();
    await node.mediator.send(new Buy());
    await node.mediator.send(new Buy(), { timeoutMs: 100 });
    expect(deadlines).toEqual([undefined, sentAtMs + 10 + 100]);
  });

  it('has a signal that fires when the node has to stop, for plain requests and events too', async () => {
    const contexts: MessageContext[] = [];
    const { node, clock } = await startNode(
      (it) =>
        it
          .handleRequest(Buy, async (_command, context) => {
            contexts.push(context);
            expect(context.signal.aborted).toBe(false);
            return new Promise<never>(() => {});
          })
          .handleEvent(Seen, async (_event, context) => {
            contexts.push(context);
            await Promise.resolve();
            expect(context.signal.aborted).toBe(false);
            return new Promise<never>(() => {});
          }),
      { shutdown: { drainTimeoutMs: 100 } },
    );
    void node.mediator.send(new Buy());
    await node.mediator.publish(new Seen());
    const stopped = node.stop();
    await clock.advance(99);
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    await clock.advance(1);
    await stopped;
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it('has an aborted signal for a handler that asks for it only after the node had to stop', async () => {
    const gate = new Gate();
    let wasAborted: boolean | undefined;
    const { node, clock } = await startNode(
      (it) =>
        it.handleRequest(Buy, async (_command, context) => {
          await gate.opened;
          wasAborted = context.signal.aborted;
          return '';
        }),
      { shutdown: { drainTimeoutMs: 100 } },
    );
    const answer = node.mediator.send(new Buy());
    const stopped = node.stop();
    await clock.advance(100);
    await stopped;
    gate.open();
    await answer;
    expect(wasAborted).toBe(true);
  });
});

describe('a node', () => {
  it('takes a second start or stop for what it is', async () => {
    const { node, clock } = await startNode((it) => it.handleRequest(Buy, () => ''));
    await Promise.all([node.stop(), node.stop(), node.drain(), node.close()]);
    await clock.advance(0);
    await expect(node.mediator.send(new Buy())).rejects.toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
  });

  it('that was never started can be stopped', async () => {
    await new CatgaNode().stop();
  });

  it('lets go of the engine when its subscriptions cannot be made', async () => {
    let closed = 0;
    const real = memory();
    const engine: Engine = {
      name: 'broken',
      capabilities: real.capabilities,
      async connect(client) {
        const connection = await real.connect(client);
        return {
          ...connection,
          log: { ...connection.log, subscribe: () => Promise.reject(new Error('no subscription')) },
          close: () => {
            closed++;
            return connection.close();
          },
        };
      },
    };
    const node = new CatgaNode({ engine }).handleEvent(Bought, () => {});
    await expect(node.init()).rejects.toThrow('no subscription');
    expect(closed).toBe(1);
    await node.stop();
  });

  it('drains even if it cannot say goodbye', async () => {
    const real = memory();
    let closed = 0;
    const engine: Engine = {
      name: 'mute',
      capabilities: real.capabilities,
      async connect(client) {
        const connection = await real.connect(client);
        return {
          ...connection,
          directory: {
            ...connection.directory,
            withdraw: () => Promise.reject(new Error('the directory is away')),
          },
          close: () => {
            closed++;
            return connection.close();
          },
        };
      },
    };
    const gate = new Gate();
    const node = new CatgaNode({ engine }).handleRequest(Buy, async () => {
      await gate.opened;
      return 'bought';
    });
    await node.init();
    await node.start();
    const answer = node.mediator.send(new Buy());
    const stopped = node.stop();
    gate.open();
    await expect(answer).resolves.toBe('bought');
    await stopped;
    expect(closed).toBe(1);
    await expect(node.mediator.send(new Buy())).rejects.toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
    expect(node.failures.failures.size).toBe(1);
  });

  it('reports no goodbye that its own end cuts off', async () => {
    const real = memory();
    let cutOff = (): void => {};
    const engine: Engine = {
      name: 'slow',
      capabilities: real.capabilities,
      async connect(client) {
        const connection = await real.connect(client);
        const withdraw = (): Promise<void> =>
          new Promise((_, reject) => (cutOff = () => reject(new Error('the connection is closed'))));
        return {
          ...connection,
          directory: { ...connection.directory, withdraw },
          close() {
            cutOff();
            return connection.close();
          },
        };
      },
    };
    const clock = new TestClock();
    const node = new CatgaNode({ engine, shutdown: { drainTimeoutMs: 1000 } }, { clock });
    await node.init();
    await node.start();
    const stopped = node.stop();
    await clock.advance(5000);
    await stopped;
    expect(node.failures.failures.size).toBe(0);
  });

  it('ends the watches of its nodes when it stops, those that begin later too', async () => {
    const { node } = await startNode((it) => it);
    const changes: NodeChange['type'][] = [];
    const watching = (async () => {
      for await (const { type } of node.mediator.watchNodes()) changes.push(type);
    })();
    await node.stop();
    await watching;
    expect(changes[0]).toBe('joined');
    for await (const _change of node.mediator.watchNodes());
  });
});
