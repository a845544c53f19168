import { afterEach } from '@jest/globals';
import { NatsServer } from '@catga/servers';
import type { NatsEngineOptions } from '../options/nats-engine-options.js';
import { NatsCluster, PlaceOrder } from './nats-cluster.fixture.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Does something after the case, what was asked for last first. */
export function afterCase(end: () => unknown): void {
  ends.push(end);
}

/** A server of the case's own. */
export async function startServer(...args: readonly string[]): Promise<NatsServer> {
  const server = await NatsServer.spawn(args);
  afterCase(() => server.stop());
  return server;
}

/** What a handler answers a command over the wire, sent between two nodes that both connect with these options. */
export async function placedOver(options: NatsEngineOptions): Promise<string> {
  const cluster = new NatsCluster('');
  afterCase(() => cluster.stop());
  const gateway = cluster.node('gateway', {}, options);
  const orders = cluster
    .node('orders', {}, options)
    .handleRequest(PlaceOrder, (command) => `placed ${(command as PlaceOrder).sku}`);
  await cluster.start(gateway, orders);
  return gateway.mediator.send(new PlaceOrder('tea'));
}
