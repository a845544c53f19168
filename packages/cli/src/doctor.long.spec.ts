import { systemClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import type { NodeInfo } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { engineOf } from './connection/engine-of.js';
import { DoctorCase } from './testing/doctor-case.fixture.js';
import { CartViewed, OrderPlaced, PlaceOrder, Shop, until } from './testing/shop.fixture.js';

const doctor = DoctorCase.forEach();

async function openShop(broker: string): Promise<Shop> {
  const shop = await Shop.open(broker);
  doctor.after(shop);
  return shop;
}

/** A node without heartbeats. */
async function connectAs({ url }: Shop, nodeId: string): Promise<EngineConnection> {
  const engine = await engineOf({ url });
  const client = { namespace: 'catga', nodeId, clock: systemClock, heartbeatTimeoutMs: 60_000 };
  return doctor.after(await engine.connect(client));
}

describe.each(['nats', 'redis'])('catga doctor on nodes over %s', (broker) => {
  it('finds nothing where nothing is wrong, and says when nobody is there', async () => {
    const shop = await openShop(broker);
    await expect(doctor.findings(shop.url)).resolves.toEqual(['warning no-nodes of the cluster']);
    await shop.shop('one');
    await expect(doctor.findings(shop.url)).resolves.toEqual([]);
    const { out } = await doctor.terminal.run('doctor', '--url', shop.url);
    expect(out).toBe('No problems found.\n');
  });

  it('finds subscriptions that are paused, or that nobody serves, and dead letters', async () => {
    const shop = await openShop(broker);
    const one = await shop.shop('one');
    const two = await shop.node('two', { service: 'old' }, (node) =>
      node.handleEvent(OrderPlaced, () => {}, { name: 'Gone' }),
    );
    await two.stop();
    await one.mediator.publish(new OrderPlaced('bad', -1));
    await until(async () => (await one.deadLetters.list()).items.length === 1);
    await one.subscriptions.pause('shop.Stock');
    const found = await doctor.findings(shop.url);
    expect(found).toContain('warning subscription-paused of shop.Stock');
    expect(found).toContain('error subscription-unserved of old.Gone');
    expect(found).toContain('warning dead-letters of shop.Stock');
    expect(found).toContain('info node-failures of one');
  });

  it('finds a subscription that is behind, and a node that hangs', async () => {
    const shop = await openShop(broker);
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    await shop.node('slow', { service: 'slow' }, (node) =>
      node.handleEvent(OrderPlaced, () => ended, { name: 'Slow' }),
    );
    const earlier = { ...systemClock, now: () => systemClock.now() - 10 * 60_000 };
    const publisher = await shop.node('publisher', { service: 'web' }, undefined, earlier);
    await publisher.mediator.publish(new OrderPlaced('old'));
    const connection = await connectAs(shop, 'hanging');
    await connection.directory.announce({ ...publisher.mediator.self, nodeId: 'hanging', service: 'web' });
    let found: readonly string[] = [];
    await until(async () => {
      found = await doctor.findings(shop.url);
      return found.includes('error node-suspected of hanging');
    });
    expect(found).toContain('warning subscription-behind of slow.Slow');
    end();
  });

  it('finds nodes that do not fit together, or whose clock is wrong', async () => {
    const shop = await openShop(broker);
    const web = await shop.node('web', { service: 'web' });
    const two = await shop.shop('two');
    await until(() => web.mediator.nodes().length === 2);
    await web.mediator.send(new PlaceOrder('tea'));
    await two.stop();
    const late = { ...systemClock, now: () => systemClock.now() - 60_000 };
    await shop.node('late', { service: 'other', admin: { describe: false } }, undefined, late);
    await shop.node('less', { service: 'other' }, (node) => node.handleEvent(CartViewed, () => {}));
    const connection = await connectAs(shop, 'foreign');
    const foreign: NodeInfo = {
      ...web.mediator.self,
      nodeId: 'foreign',
      service: 'foreign',
      protocolVersion: 99,
      serializer: 'msgpack',
      load: { inFlight: 4, queued: 3, unanswered: 0, handled: 0 },
    };
    await connection.directory.announce(foreign);
    let found: readonly string[] = [];
    // What a node has sent is told with its next heartbeat.
    await until(async () => {
      found = await doctor.findings(shop.url);
      return found.some((one) => one.includes('request-unhandled'));
    });
    expect(found).toEqual(
      expect.arrayContaining([
        'error mixed-protocols of the cluster',
        'error mixed-serializers of the cluster',
        'warning replicas-differ of other',
        'error request-unhandled of orders.place.v1',
        'warning node-overloaded of foreign',
        'warning clock-skew of late',
        'info node-silent of late',
      ]),
    );
  });
});
