import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { encodeNodeChange } from '@catga/core/engine';
import { connect, headers } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { recordKey } from './records/record-key.js';
import { ChargeCard, NatsCluster, PlaceOrder, seenBy, until } from './testing/nats-cluster.fixture.js';
import { sharedBroker } from './testing/nats-server.fixture.js';
import type { SharedBroker } from './testing/nats-server.fixture.js';

let broker: SharedBroker;
let raw: NatsConnection;
let cluster: NatsCluster;
let gateway: CatgaNode;
let orders: CatgaNode;
let unhandled: unknown[];
const onUnhandled = (thrown: unknown): void => void unhandled.push(thrown);

beforeAll(async () => {
  broker = await sharedBroker();
  raw = await connect({ servers: broker.url.replace('nats://', '') });
});
afterAll(async () => {
  await raw.close();
  await broker.stop();
});
beforeEach(async () => {
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
  await broker.forget();
  cluster = new NatsCluster(broker.url);
  gateway = cluster.node('gateway');
  orders = cluster
    .node('orders')
    .handleRequest(PlaceOrder, (command) => (command as PlaceOrder).sku)
    .handleRequest(ChargeCard, (command) => (command as ChargeCard).orderId);
  await cluster.start(gateway, orders);
});
afterEach(async () => {
  await cluster.stop();
  process.off('unhandledRejection', onUnhandled);
});

const junk = (): Uint8Array => randomBytes(Math.floor(Math.random() * 300));

/** The cluster is as well as before. */
async function expectGoingOn(): Promise<void> {
  await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('tea');
  await expect(gateway.mediator.send(new ChargeCard('o1'))).resolves.toBe('o1');
  expect(unhandled).toEqual([]);
}

describe('random bytes', () => {
  it('on the subject of a node are counted, whatever comes with them, and it goes on', async () => {
    const { nodeId, incarnation } = orders.mediator.self;
    const extra = headers();
    extra.set('Nats-Msg-Id', 'x');
    raw.publish(`catga.node.${nodeId}.${incarnation}`, junk(), { headers: extra, reply: 'nobody.there' });
    await raw.flush();
    await until(() => orders.failures.failures.get('links') === 1);
    await expectGoingOn();
  });

  it('in the directory, and records of nodes under the names of others, are counted and left alone', async () => {
    const bucket = '$KV.catga_nodes';
    for (let times = 0; times < 100; times++) raw.publish(`${bucket}.junk-${times}`, junk());
    const { self } = orders.mediator;
    for (const beat of ['orders.1.1', 'orders.1.x.1.1.1.1.1', 'ghost.1.99999999999999.60000.0.0.0.0'])
      raw.publish(`${bucket}.${beat}`, junk());
    const record = (changes: object): Uint8Array =>
      encodeNodeChange({ node: { ...self, ...changes }, timeoutMs: 60_000 });
    raw.publish(`${bucket}.impostor`, record({ nodeId: 'somebody' }));
    raw.publish(`${bucket}.odd`, record({ nodeId: 'odd', incarnation: 1.5 }));
    raw.publish(`${bucket}.odd`, record({ nodeId: 'odd', incarnation: -1 }));
    await raw.flush();
    await until(() => (gateway.failures.failures.get('directory') ?? 0) >= 103);
    expect(seenBy(gateway)).toBe('gateway,orders');
    await expectGoingOn();
    const late = cluster.node('late'); // Reads what is there.
    await cluster.start(late);
    await until(() => seenBy(late) === 'gateway,late,orders');
    expect(late.failures.failures.get('directory')).toBeGreaterThanOrEqual(102);
    await expectGoingOn();
  });

  it('in the records of ids and outcomes do not keep other requests from running', async () => {
    const options = { messageId: 'spoilt' };
    for (let times = 0; times < 20; times++) {
      raw.publish(`$KV.catga_records.${recordKey('spoilt')}`, junk());
      raw.publish(`$KV.catga_records.${recordKey(`id-${times}`)}`, junk());
      raw.publish(`catga.outcomes.orders.${orders.mediator.self.incarnation}`, junk());
    }
    await raw.flush();
    await expectGoingOn();
    // What is no record is no claim either.
    await expect(gateway.mediator.send(new ChargeCard('o1'), options)).resolves.toBe('o1');
    await expectGoingOn();
  });
});
