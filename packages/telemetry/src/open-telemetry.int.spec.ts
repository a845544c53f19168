import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { Redis } from 'ioredis';
import { MemoryNetwork } from '@catga/core';
import type { Engine } from '@catga/core';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { openTelemetry } from './index.js';
import { PackOrder, TracedShop, TracingSdk } from './traced-shop.fixture.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = `00-${TRACE}-b7ad6b7169203331-01`;

/** Every span of an order up to the event, with its kind and its parent. */
const ORDER = [
  'client PlaceOrder < POST /orders/:id',
  'consumer process PackOrder < publish PackOrder',
  'internal POST /orders/:id < -',
  'producer publish OrderShipped < process PackOrder',
  'producer publish PackOrder < PlaceOrder',
  'server PlaceOrder < PlaceOrder',
];

/** A broker, and an engine of it for each node. */
interface Broker {
  engine(): Engine;
  stop(): Promise<void>;
}

const BROKERS: [string, () => Promise<Broker>][] = [
  [
    'in memory',
    async () => {
      const network = new MemoryNetwork();
      return { engine: () => network, stop: async () => {} };
    },
  ],
  [
    'over NATS',
    async () => {
      const server = await NatsServer.spawn();
      return { engine: () => nats(server.url), stop: () => server.stop() };
    },
  ],
  [
    'over Redis',
    async () => {
      const server = await RedisServer.spawn();
      return { engine: () => redis(server.url), stop: () => server.stop() };
    },
  ],
];

let sdk: TracingSdk;
beforeEach(async () => {
  sdk = await TracingSdk.start();
});
afterEach(async () => {
  await sdk.stop();
});

describe.each(BROKERS)('%s', (_where, start) => {
  let broker: Broker;
  let shop: TracedShop | undefined;
  beforeAll(async () => {
    broker = await start();
  });
  afterEach(async () => {
    await shop?.stop();
  });
  afterAll(async () => {
    await broker.stop();
  });

  it('one trace goes from an HTTP request through a command, a queued command and an event, and handlers of the event are linked', async () => {
    shop = await TracedShop.start(
      () => broker.engine(),
      () => openTelemetry(),
      {},
      { namespace: 'linked' },
    );
    await expect(shop.order('o1', CLIENT)).resolves.toBe('placed o1');
    const spans = await received(7);
    expect(spans.tree).toEqual([...ORDER, 'consumer process OrderShipped < -'].toSorted());
    const handled = spans.named('process OrderShipped');
    expect(handled.linkedSpanIds).toEqual([spans.named('publish OrderShipped').spanId]);
    expect(handled.traceId).not.toBe(TRACE);
    expect(spans.spans.filter(({ traceId }) => traceId === TRACE)).toHaveLength(6);
  });

  it('handlers of the event are part of it with eventTraces: parent', async () => {
    shop = await TracedShop.start(
      () => broker.engine(),
      () => openTelemetry({ eventTraces: 'parent' }),
      {},
      { namespace: 'parent' },
    );
    await shop.order('o1', CLIENT);
    const spans = await received(7);
    expect(spans.tree).toEqual([...ORDER, 'consumer process OrderShipped < publish OrderShipped'].toSorted());
    expect(new Set(spans.spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  });

  it('retries, a dead letter and its redrive are visible', async () => {
    let fails = true;
    shop = await TracedShop.start(
      () => broker.engine(),
      () => openTelemetry(),
      {
        async mail() {
          if (fails) throw new RangeError('no stamps');
        },
      },
      { namespace: 'retried', retry: { maxAttempts: 2, initialDelayMs: 1 } },
    );
    const mailed = shop.order('o1', CLIENT);
    const spans = await received(9);
    const attempts = spans.spans.filter(({ name }) => name === 'process OrderShipped');
    expect(
      attempts.map(({ attributes, isError }) => [attributes['catga.delivery.attempt'], isError]),
    ).toEqual([
      [1, true],
      [2, true],
    ]);
    const dead = spans.named('dead_letter OrderShipped');
    expect(dead).toMatchObject({ parentSpanId: attempts[1]?.spanId, isError: true });
    expect(dead.attributes).toMatchObject({
      'error.type': 'RangeError',
      'messaging.destination.name': 'OrderShipped',
      'messaging.destination.subscription.name': 'mail.SendMail',
    });
    fails = false;
    await shop.gateway.deadLetters.redrive({});
    await mailed;
    const redriven = (await received(11)).named('redrive OrderShipped');
    expect(redriven.linkedSpanIds).toEqual([spans.named('publish OrderShipped').spanId]);
  });
});

describe("ioredis, instrumented by OpenTelemetry's own instrumentation", () => {
  it('shows what a handler does with it, and nothing of the engine', async () => {
    const instrumentation = new IORedisInstrumentation({ enabled: false });
    patch(instrumentation, Redis);
    const server = await RedisServer.spawn();
    const client = new Redis(server.url);
    const shop = await TracedShop.start(
      () => redis({ client }),
      () => openTelemetry(),
      { pack: () => client.set('packed', '1') },
    );
    const { mediator, deadLetters, subscriptions } = shop.gateway;
    await trace.getTracer('test').startActiveSpan('operator', async (span) => {
      const receipt = await mediator.enqueue(new PackOrder('o1'), { keepOutcome: true });
      await receipt.outcome();
      await subscriptions.list();
      await deadLetters.list();
      await deadLetters.redrive({});
      span.end();
    });
    await shop.mailedOf('o1');
    const spans = await received(6);
    expect(spans.tree).toEqual([
      'client set < process PackOrder',
      'consumer process OrderShipped < -',
      'consumer process PackOrder < publish PackOrder',
      'internal operator < -',
      'producer publish OrderShipped < process PackOrder',
      'producer publish PackOrder < operator',
    ]);
    await shop.stop();
    await client.quit();
    await server.stop();
  });
});

/** The receiver, once it has so many spans. */
async function received(count: number): ReturnType<TracingSdk['flush']> {
  for (;;) {
    const receiver = await sdk.flush();
    if (receiver.spans.length >= count) return receiver;
    await new Promise(setImmediate);
  }
}

/** Does what the instrumentation does when a module is loaded, which it cannot see here. */
function patch(instrumentation: IORedisInstrumentation, module: typeof Redis): void {
  const { init } = instrumentation as unknown as { init(): readonly { patch(exports: unknown): void }[] };
  for (const definition of init.call(instrumentation)) definition.patch(module);
}
