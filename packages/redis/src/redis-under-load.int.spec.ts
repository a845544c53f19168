import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectTo, nodesOn, urlOf, wayTo } from './testing/case-ends.fixture.js';
import { OrderShipped, PlaceOrder, until } from './testing/redis-cluster.fixture.js';
import { sharedBroker } from './testing/redis-server.fixture.js';
import type { SharedBroker } from './testing/redis-server.fixture.js';
import { EVENTS, storedMessage } from './testing/stored-message.fixture.js';

let broker: SharedBroker;
beforeAll(async () => {
  broker = await sharedBroker();
});
afterAll(() => broker.stop());
beforeEach(() => broker.forget());

const nextTurn = () => new Promise((resolve) => void setImmediate(resolve));
const KEYS = 7;

/** Every event once, at its first attempt, and those of a key in their order, while something happens now and then. */
async function expectEachOnce(
  urls: { readonly publisher: string; readonly consumer: string },
  happen: (times: number) => unknown,
): Promise<void> {
  const publisher = await connectTo(urls.publisher, { nodeId: 'publisher' });
  const consumer = await connectTo(urls.consumer, { nodeId: 'consumer' });
  const seen: string[] = [];
  await consumer.log.subscribe(EVENTS, (delivery) => {
    seen.push(`${delivery.message.messageId} ${delivery.attempt}`);
    delivery.ack()?.catch(() => {});
  });
  const ids = Array.from({ length: 1000 }, (_, at) => `m${at}`);
  const appended: Promise<unknown>[] = [];
  for (const [at, messageId] of ids.entries()) {
    appended.push(publisher.log.append(storedMessage({ messageId, key: `k${at % KEYS}` })));
    if (at % 10 === 0) await nextTurn();
    if (at % 100 === 50) await happen((at - 50) / 100);
  }
  await Promise.all(appended);
  await until(() => seen.length >= ids.length);
  expect(seen.toSorted()).toEqual(ids.map((id) => `${id} 1`).toSorted());
  for (let key = 0; key < KEYS; key++) {
    const ofKey = ids.filter((_, at) => at % KEYS === key).map((id) => `${id} 1`);
    expect(seen.filter((line) => ofKey.includes(line))).toEqual(ofKey);
  }
}

describe('under load', () => {
  it('a connection that is cut in the middle of an answer neither loses nor repeats anything', async () => {
    const [publisher, consumer] = [await wayTo(broker), await wayTo(broker)];
    const bytes = [0, 1, 3, 10, 50, 200, 1000, 5000, 20_000, 40_000];
    await expectEachOnce({ publisher: urlOf(publisher), consumer: urlOf(consumer) }, (times) => {
      publisher.cutAfter(bytes[times] ?? 0);
      consumer.cutAfter(bytes[bytes.length - 1 - times] ?? 0);
    });
  });

  it('claims whose answer was cut in the middle are made once', async () => {
    const way = await wayTo(broker);
    const { idempotency } = await connectTo(urlOf(way));
    const direct = await connectTo(broker.url);
    for (const bytes of [0, 1, 10, 100, 500, 1500]) {
      const ids = Array.from({ length: 50 }, (_, at) => `${bytes}.${at}`);
      const claiming = ids.map((id) => idempotency.claim(id, 'f', 60_000));
      way.cutAfter(bytes);
      const claims = await Promise.all(claiming);
      expect(new Set(claims.map(({ state }) => state))).toEqual(new Set(['claimed']));
      for (const [at, claim] of claims.entries()) {
        const token = claim.state === 'claimed' ? claim.token : 0;
        await expect(direct.idempotency.release(ids[at]!, token)).resolves.toBe(true);
      }
    }
  });

  it('scripts that are flushed are sent again', async () => {
    const { url, admin } = broker;
    await expectEachOnce({ publisher: url, consumer: url }, () => admin.script('FLUSH'));
  });

  it('clients that the server drops come back, whatever they were at', async () => {
    const { url, admin } = broker;
    await expectEachOnce({ publisher: url, consumer: url }, async () => {
      for (const type of ['normal', 'pubsub'])
        await admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    });
  });

  it('a server that is emptied loses what it had, and nothing that it takes afterwards; nothing hangs', async () => {
    const { url, admin } = broker;
    const cluster = nodesOn(url);
    const seen = new Set<string>();
    const gateway = cluster.node('gateway');
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, () => 'placed')
      .handleEvent(OrderShipped, (event) => void seen.add((event as OrderShipped).orderId));
    await cluster.start(gateway, orders);
    const stored: string[] = [];
    for (let at = 0; at < 100; at++) {
      if (at === 50) {
        await admin.flushall();
        stored.length = 0;
      }
      await gateway.mediator.publish(new OrderShipped(`o${at}`));
      stored.push(`o${at}`);
      await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    }
    expect(stored).toHaveLength(50);
    await until(() => stored.every((id) => seen.has(id)));
  });

  it('a subscription that is dropped is made anew without what was stored before', async () => {
    const { log, subscriptions } = await connectTo(broker.url);
    const seen: string[] = [];
    const consumer = await log.subscribe(EVENTS, (delivery) => {
      seen.push(delivery.message.messageId);
      void delivery.ack();
    });
    await log.append(storedMessage({ messageId: 'before' }));
    await until(() => seen.length === 1);
    await expect(subscriptions!.drop(EVENTS.id)).resolves.toBe(true);
    await until(async () => {
      await log.append(storedMessage());
      return seen.length > 1;
    });
    expect(seen.filter((id) => id === 'before')).toHaveLength(1);
    await consumer.stop();
  });
});
