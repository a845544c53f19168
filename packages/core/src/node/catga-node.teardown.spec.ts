import { describe, expect, it } from '@jest/globals';
import { Command } from '../contracts/request.js';
import { Message, ReliableEvent } from '../contracts/message.js';
import { CatgaError } from '../errors/catga-error.js';
import { memory } from '../memory/memory-engine.js';
import type { Engine } from '../ports/engine.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';
import { alteredOutbox } from './outbox.fixture.js';

const DRAIN_MS = 3000;
/** What closing may take beyond it, where handlers used all of it up. */
const CLOSING_MS = 1000;

@Message({ qos: 2 })
class Pay extends Command {}

@ReliableEvent()
class Paid {}

const SILENT = { log() {}, warn() {}, error() {}, debug() {} };

const never = (): Promise<never> => new Promise(() => {});
const refused = (): Promise<never> =>
  Promise.reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.'));
const thrown = (): never => {
  throw new TypeError('The broker is away.');
};

/** What every call of a broker that went away comes to. */
const AWAY = { hangs: never, rejects: refused, throws: thrown };

/** An engine whose every call comes to `answer` from some moment on. */
function failingEngine(answer: () => unknown): { readonly engine: Engine; fail(): void } {
  const real = memory();
  let hasFailed = false;
  const failing = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, property) {
        const value: unknown = Reflect.get(object, property, object);
        if (typeof value !== 'function') {
          return typeof value === 'object' && value !== null ? failing(value) : value;
        }
        return (...args: unknown[]): unknown => {
          if (hasFailed) return answer();
          const result: unknown = Reflect.apply(value, object, args);
          return property === 'subscribe' ? (result as Promise<object>).then(failing) : result;
        };
      },
    });
  const engine: Engine = {
    name: 'failing',
    capabilities: real.capabilities,
    async connect(client) {
      const connection = failing(await real.connect(client));
      // As on a broker: what is stored outlives the process.
      return new Proxy(connection, {
        get: (object, property) =>
          property === 'dueMessages' ? undefined : (Reflect.get(object, property, object) as unknown),
      });
    },
  };
  return { engine, fail: () => void (hasFailed = true) };
}

describe.each(Object.entries(AWAY))('a node that stops while every call to its broker %s', (_, answer) => {
  async function start() {
    const { engine, fail } = failingEngine(answer);
    const clock = new TestClock();
    const signals: AbortSignal[] = [];
    const closed: string[] = [];
    const outbox = alteredOutbox(() => ({ close: async () => void closed.push('outbox') }));
    const node = new CatgaNode(
      { engine, outbox, shutdown: { drainTimeoutMs: DRAIN_MS } },
      { clock, logger: SILENT },
    )
      .handleRequest(Pay, (_command, context) => {
        signals.push(context.signal);
        return never();
      })
      .handleEvent(Paid, (_event, context) => {
        signals.push(context.signal);
        return never();
      });
    await node.init();
    await node.start();
    return { node, clock, fail, signals, closed };
  }

  it('keeps its limit, aborts the signals of its handlers, and resolves', async () => {
    const { node, clock, fail, signals } = await start();
    void node.mediator.send(new Pay()).catch(() => {});
    await node.mediator.publish(new Paid());
    await clock.advance(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    fail();
    const stopped = node.stop();
    await clock.advance(DRAIN_MS - 1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    await clock.advance(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await clock.advance(CLOSING_MS);
    await expect(stopped).resolves.toBeUndefined();
  });

  it('takes no longer than its limit in all where no handler runs', async () => {
    const { node, clock, fail } = await start();
    fail();
    const stopped = node.stop();
    await clock.advance(DRAIN_MS + CLOSING_MS);
    await expect(stopped).resolves.toBeUndefined();
  });

  it('still lets go of its outbox', async () => {
    const { node, clock, fail, closed } = await start();
    fail();
    const stopped = node.stop();
    await clock.advance(DRAIN_MS + CLOSING_MS);
    await stopped;
    expect(closed).toEqual(['outbox']);
  });

  it('resolves each of drain, close and stop, however often they are called', async () => {
    const { node, clock, fail } = await start();
    fail();
    const all = Promise.all([node.drain(), node.stop(), node.close(), node.close()]);
    await clock.advance(DRAIN_MS + CLOSING_MS);
    await expect(all).resolves.toHaveLength(4);
  });
});

describe('a node whose engine cannot be let go of', () => {
  it('reports each step that failed', async () => {
    const { engine, fail } = failingEngine(refused);
    const node = new CatgaNode({ engine }, { logger: SILENT }).handleEvent(Paid, () => {});
    await node.init();
    await node.start();
    const sources: string[] = [];
    node.failures.subscribe(({ source }) => sources.push(source));
    fail();
    await node.stop();
    expect(sources).toEqual(['engine failing', 'stopping: a consumer', 'stopping: engine failing']);
  });

  it('does not start with another error than the one that kept it from starting', async () => {
    const real = memory();
    const engine: Engine = {
      ...real,
      name: 'unlucky',
      capabilities: real.capabilities,
      connect: async (client) => ({
        ...(await real.connect(client)),
        workerId: 1,
        log: {
          append: refused,
          subscribe: () => Promise.reject(new Error('no subscriptions today')),
        },
        close: () => Promise.reject(new Error('and no closing')),
      }),
    };
    const node = new CatgaNode({ engine }, { logger: SILENT }).handleEvent(Paid, () => {});
    await expect(node.init()).rejects.toThrow('no subscriptions today');
  });
});
