import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Message, ReliableEvent } from '../contracts/message.js';
import { Command, Query } from '../contracts/request.js';
import { toError } from '../errors/catga-error.js';
import { CatgaIds } from '../ids/catga-ids.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { circuitBreaker, retry } from '../pipeline/resilience/policies.js';
import type { Serializer } from '../ports/serializer.js';
import type { RoutingCandidate, RoutingStrategy } from '../routing/routing-strategy.js';
import { json } from '../wire/json-serializer.js';
import type { CatgaNode } from './catga-node.js';
import { CartViewed, CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';
import { LogBook } from './log-book.fixture.js';
import { startNode } from './running-node.fixture.js';

const unheard: unknown[] = [];
const onUnheard = (thrown: unknown): void => void unheard.push(thrown);

let cluster: TestCluster;
beforeEach(() => {
  process.on('unhandledRejection', onUnheard);
  process.on('uncaughtException', onUnheard);
  cluster = new TestCluster(new MemoryNetwork());
});
afterEach(async () => {
  await cluster.stop();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', onUnheard);
  process.off('uncaughtException', onUnheard);
  expect(unheard.splice(0)).toEqual([]);
});

/** User code that fails, now and later. */
const failures: [string, (text: string) => never][] = [
  [
    'throws',
    (text) => {
      throw new Error(text);
    },
  ],
  ['rejects', (text) => Promise.reject(new Error(text)) as never],
];

describe('a routing strategy of the application', () => {
  /** Chooses well once, and then as `again` does. */
  const strategyThen = (again: (candidates: readonly RoutingCandidate[]) => unknown): RoutingStrategy => {
    let asked = 0;
    return {
      select: (_request, candidates) =>
        (asked++ === 0 ? candidates[0] : again(candidates)) as RoutingCandidate,
    };
  };

  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => failures[0]?.[1]('no map'), /^no map$/],
    [
      'rejects',
      () => failures[1]?.[1]('no map'),
      /returned a promise: it must return its value synchronously/,
    ],
    ['gives nothing', () => undefined, /gave undefined, which is none of the candidates b: select must/],
    ['gives a node that left', () => ({ node: { nodeId: 'a' }, inFlightHere: 0 }), /gave node 'a', which is/],
    ['gives the name of a node', () => 'b', /gave a value of type string, which is none/],
  ])(
    'that %s when a node is lost fails the request with that, and no other',
    async (_how, again, message) => {
      const sender = cluster.node('sender', { routing: strategyThen(again) });
      const a = cluster.node('a').handleRequest(PlaceOrder, () => new Promise(() => {}));
      const b = cluster.node('b').handleRequest(PlaceOrder, () => 'b');
      b.handleRequest(CountOrders, () => 2);
      await cluster.start(sender, a, b);
      const order = sender.mediator.trySend(new PlaceOrder('tea'));
      await cluster.turns();
      cluster.network.crash('a');
      await cluster.pass(60_000);
      await expect(order).resolves.toMatchObject({
        ok: false,
        error: { message: expect.stringMatching(message) as unknown },
      });
      const { nodeId } = b.mediator.self;
      const counted = sender.mediator.sendToNode(nodeId, new CountOrders());
      await cluster.turns();
      await expect(counted).resolves.toBe(2);
    },
  );

  it('may sort the candidates: they are its own', async () => {
    const sender = cluster.node('sender', {
      routing: {
        select: (_request, nodes) => (nodes as RoutingCandidate[]).reverse()[0] as RoutingCandidate,
      },
    });
    const others = ['a', 'b'].map((id) => cluster.node(id).handleRequest(CountOrders, () => id));
    await cluster.start(sender, ...others);
    for (let time = 0; time < 2; time++) {
      const sent = sender.mediator.send(new CountOrders());
      await cluster.turns();
      await expect(sent).resolves.toBe('b');
    }
  });
});

describe.each(failures)('what %s', (_how, fail) => {
  it('in a listener of the error sink is logged once in ten seconds, and keeps nobody from listening', async () => {
    const logger = new LogBook();
    const told: string[] = [];
    const { node, clock } = await startNode(
      (it) => it.handleEvent(CartViewed, () => fail('bad cart')),
      {},
      { logger },
    );
    node.failures.subscribe(() => fail('no pager'));
    node.failures.subscribe(({ error }) => void told.push(error.message));
    const publish = async (): Promise<void> => {
      await node.mediator.publish(new CartViewed('tea'));
      await node.settled();
    };
    for (let time = 0; time < 3; time++) await publish();
    await clock.advance(10_000);
    await publish();
    expect(told).toEqual(['bad cart', 'bad cart', 'bad cart', 'bad cart']);
    expect(logger.errors.filter((line) => line.includes('no pager'))).toEqual([
      'A listener of CatgaErrorSink failed: no pager',
      'A listener of CatgaErrorSink failed: no pager (and 2 more before it)',
    ]);
  });

  it('in a logger is no failure of the node', async () => {
    const logger = { debug: fail, log: fail, warn: fail, error: fail };
    const { node } = await startNode(
      (it) => it.handleEvent(CartViewed, () => fail('bad cart')),
      {},
      { logger },
    );
    await node.mediator.publish(new CartViewed('tea'));
    await node.settled();
    expect(node.failures.failures.get('CartViewedHandler')).toBe(1);
  });

  it('in an observer is reported, and no failure of the message', async () => {
    const observer = {
      sent: () => fail('blind'),
      published: () => fail('blind'),
      enqueued: () => fail('blind'),
    };
    const build = (it: CatgaNode): CatgaNode =>
      it.handleRequest(PlaceOrder, () => 'ordered').handleEvent(CartViewed, () => {});
    const { node } = await startNode(build, {}, { observer });
    await expect(node.mediator.send(new PlaceOrder('tea'))).resolves.toBe('ordered');
    await node.mediator.publish(new CartViewed('tea'));
    await node.mediator.enqueue(new PlaceOrder('tea'));
    await node.settled();
    expect(node.failures.failures.get('observer')).toBe(3);
  });

  it('in a key function fails the message with it', async () => {
    @Message({ key: () => fail('keyless') })
    @ReliableEvent()
    class Keyed {}
    @Message({ key: () => fail('keyless') })
    class KeyedCommand extends Command<string> {}
    const sender = cluster.node('sender', { routing: 'consistent-hash' });
    const other = cluster
      .node('other')
      .handleRequest(KeyedCommand, () => 'done')
      .handleEvent(Keyed, () => {});
    await cluster.start(sender, other);
    const expected = /keyless|The key function of Keyed\w* returned a promise/;
    await expect(sender.mediator.send(new KeyedCommand())).rejects.toThrow(expected);
    await expect(sender.mediator.publish(new Keyed())).rejects.toThrow(expected);
    await expect(other.mediator.enqueue(new KeyedCommand())).rejects.toThrow(expected);
  });

  it('in the key of a cache fails the query with it', async () => {
    @Message({ cache: { ttlMs: 1000, key: () => fail('keyless') } })
    class Cached extends Query<number> {}
    const { node } = await startNode((it) => it.handleRequest(Cached, () => 1));
    await expect(node.mediator.send(new Cached())).rejects.toThrow(
      /keyless|cache.key of Cached returned a promise/,
    );
  });

  it('in a behavior after it went on fails the message with it, however its handler ends', async () => {
    const behavior = {
      handle: async (_envelope: unknown, _context: unknown, next: () => Promise<unknown>) => {
        void next();
        return Promise.resolve(fail('no audit'));
      },
    };
    for (const behaviors of [[behavior], [behavior, behavior], [behavior, behavior, behavior]]) {
      const { node } = await startNode((it) => it.handleRequest(CountOrders, () => fail('lost count')), {
        behaviors,
      });
      await expect(node.mediator.send(new CountOrders())).rejects.toThrow('no audit');
    }
  });

  it('in a predicate of a policy settles the request', async () => {
    const broken = [
      retry({ retryIf: () => fail('undecided') }),
      circuitBreaker({ isFailure: () => fail('undecided') }),
    ];
    for (const policy of broken) {
      const { node } = await startNode((it) => it.handleRequest(CountOrders, () => fail('lost count')), {
        behaviors: [policy],
      });
      const sent = node.mediator.trySend(new CountOrders());
      await expect(sent).resolves.toMatchObject({ ok: false });
    }
  });

  it('in a translator of errors leaves the error without it', async () => {
    const errorTranslators = [
      { type: 'odd', encode: () => fail('no words'), decode: () => fail('no words') },
    ];
    const sender = cluster.node('sender', {}, { errorTranslators });
    const other = cluster.node('other', {}, { errorTranslators }).handleRequest(PlaceOrder, () => {
      throw new RangeError('sold out');
    });
    await cluster.start(sender, other);
    const sent = sender.mediator.trySend(new PlaceOrder('tea'));
    await cluster.turns();
    await expect(sent).resolves.toMatchObject({ error: { name: 'RangeError', message: 'sold out' } });
    expect(other.failures.failures.get('error translator')).toBe(1);
  });

  it('in a serializer, at either end, settles the request with CATGA_SERIALIZATION', async () => {
    const broken = { encodes: false, decodes: false };
    const inner = json();
    const serializer: Serializer = {
      name: 'odd',
      encode: (value) => (broken.encodes ? fail('no ink') : inner.encode(value)),
      decode: (bytes) => (broken.decodes ? fail('no light') : inner.decode(bytes)),
    };
    const sender = cluster.node('sender', { serializer });
    const other = cluster.node('other', { serializer }).handleRequest(PlaceOrder, () => {
      broken.encodes = true;
      return 'ordered';
    });
    other.handleRequest(CountOrders, () => {
      broken.decodes = true;
      return 1;
    });
    await cluster.start(sender, other);
    for (const request of [new PlaceOrder('tea'), new CountOrders()]) {
      Object.assign(broken, { encodes: false, decodes: false });
      const sent = sender.mediator.trySend<unknown>(request);
      await cluster.turns();
      await expect(sent).resolves.toMatchObject({ error: { code: 'CATGA_SERIALIZATION' } });
      await expect(sender.mediator.send<unknown>(request)).rejects.toMatchObject({
        code: 'CATGA_SERIALIZATION',
      });
    }
  });

  it('in a callback for a clock that stepped back makes no difference to the ids', () => {
    let nowMs = 2_000_000_000_000;
    const clock = { now: () => nowMs };
    const ids = new CatgaIds({ workerId: 1, clock, onClockDrift: () => fail('late') });
    const before = ids.next();
    nowMs -= 60_000;
    expect(ids.next() > before).toBe(true);
  });

  it('in a watcher of frames loses no frame', async () => {
    await cluster.stop();
    cluster = new TestCluster(new MemoryNetwork({ onFrame: () => fail('blind') }));
    const sender = cluster.node('sender');
    const other = cluster.node('other').handleRequest(PlaceOrder, () => 'ordered');
    await cluster.start(sender, other);
    const sent = sender.mediator.send(new PlaceOrder('tea'));
    await cluster.turns();
    await expect(sent).resolves.toBe('ordered');
  });

  it('in a reader of nodes hurts no other reader', async () => {
    const one = cluster.node('one');
    await cluster.start(one);
    const broken = (async () => {
      for await (const _change of one.mediator.watchNodes()) await Promise.resolve(fail('blind'));
    })().catch((thrown: unknown) => toError(thrown).message);
    await expect(broken).resolves.toBe('blind');
    const changes = one.mediator.watchNodes()[Symbol.asyncIterator]();
    await changes.next();
    await cluster.start(cluster.node('two'));
    await expect(changes.next()).resolves.toMatchObject({
      value: { type: 'joined', node: { nodeId: 'two' } },
    });
  });
});

describe('an error that cannot be read', () => {
  it('is reported without what it says', async () => {
    const sealed = new Error('sealed');
    const get = (): never => {
      throw new Error('no reading');
    };
    for (const name of ['stack', 'name', 'message', 'code']) Object.defineProperty(sealed, name, { get });
    const logger = new LogBook();
    const build = (it: CatgaNode): CatgaNode =>
      it.handleEvent(CartViewed, () => {
        throw sealed;
      });
    const { node } = await startNode(build, {}, { logger });
    await node.mediator.publish(new CartViewed('tea'));
    await node.settled();
    expect(logger.errors.join()).toContain('CartViewedHandler failed on CartViewed');
  });
});
