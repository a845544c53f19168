import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { CartViewed, ChargeCard, NatsCluster, PlaceOrder } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

/** A failure whose text is too long for a reply. */
const cutShort = {
  code: 'CATGA_REMOTE',
  message: expect.stringMatching(/^x{100}/) as unknown,
};
const tooLarge = { code: 'CATGA_PAYLOAD_TOO_LARGE', retryable: false };
const large = 'x'.repeat(40_000);

/** The server takes less than `limits.maxPayloadBytes` allows. */
describe('a server whose max_payload is smaller than the limit of the nodes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'catga-nats-'));
  let server: NatsServer;
  let cluster: NatsCluster;
  let gateway: CatgaNode;
  let runs = 0;

  beforeAll(async () => {
    const config = join(folder, 'server.conf');
    writeFileSync(config, 'max_payload: 32768');
    server = await NatsServer.spawn(['--config', config]);
    cluster = new NatsCluster(server.url);
    gateway = cluster.node('gateway');
    const answer = (given: string): string => {
      runs++;
      if (given === 'fail') throw new Error(large);
      return given === 'large' ? large : given;
    };
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, (command) => answer((command as PlaceOrder).sku))
      .handleRequest(ChargeCard, (command) => answer((command as ChargeCard).orderId))
      .handleEvent(CartViewed, () => {});
    await cluster.start(gateway, orders);
  });
  afterAll(async () => {
    await cluster.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('refuses requests and events at their sender, and the connection stays', async () => {
    runs = 0;
    const { mediator } = gateway;
    await expect(mediator.send(new PlaceOrder(large))).rejects.toMatchObject(tooLarge);
    await expect(mediator.send(new ChargeCard(large), { messageId: 'm1' })).rejects.toMatchObject(tooLarge);
    await expect(mediator.publish(new CartViewed(large))).rejects.toMatchObject(tooLarge);
    expect(runs).toBe(0);
    await expect(mediator.send(new PlaceOrder('tea'))).resolves.toBe('tea');
  });

  it('tells the caller of a result that is too large, and the beginning of an error that is, however often it asks', async () => {
    const { mediator } = gateway;
    runs = 0;
    await expect(mediator.send(new PlaceOrder('large'))).rejects.toMatchObject(tooLarge);
    await expect(mediator.send(new PlaceOrder('fail'))).rejects.toMatchObject(cutShort);
    expect(runs).toBe(2);
    await expect(mediator.send(new PlaceOrder('tea'))).resolves.toBe('tea');
  });

  it('tells the caller of a result that is too large to be recorded', async () => {
    const { mediator } = gateway;
    const options = { messageId: 'm2' };
    await expect(mediator.send(new ChargeCard('large'), options)).rejects.toMatchObject(tooLarge);
    await expect(mediator.send(new ChargeCard('tea'), { messageId: 'm3' })).resolves.toBe('tea');
  });
});
