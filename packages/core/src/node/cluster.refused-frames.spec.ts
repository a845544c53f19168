import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { Engine, EngineConnection } from '../ports/engine.js';
import { CartViewed, CountOrders, PlaceOrder, TestCluster } from './cluster.fixture.js';

/** An engine whose links take nothing while it is away. */
class AwayEngine implements Engine {
  isAway = false;
  readonly name: string;
  readonly capabilities: Engine['capabilities'];

  constructor(private readonly engine: Engine) {
    this.name = engine.name;
    this.capabilities = engine.capabilities;
  }

  async connect(client: Parameters<Engine['connect']>[0]): Promise<EngineConnection> {
    const connection = await this.engine.connect(client);
    const openLinks: EngineConnection['openLinks'] = async (self, listener) => {
      const links = await connection.openLinks!(self, listener);
      return {
        maxFrameBytes: links.maxFrameBytes,
        send: (to, frame) => {
          if (this.isAway) throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'It is away.');
          links.send(to, frame);
        },
        flush: () => links.flush(),
      };
    };
    return Object.create(connection, { openLinks: { value: openLinks } }) as EngineConnection;
  }
}

let cluster: TestCluster;
let engine: AwayEngine;
beforeEach(() => {
  const network = new MemoryNetwork();
  cluster = new TestCluster(network);
  engine = new AwayEngine(network);
});
afterEach(() => cluster.stop());

describe('an engine that takes no frames', () => {
  it('fails what it did not take at once, however many share the frame, and leaves nothing behind', async () => {
    const gateway = cluster.node('gateway', { engine });
    const orders = cluster
      .node('orders')
      .handleRequest(PlaceOrder, () => 'placed')
      .handleRequest(CountOrders, () => 7);
    await cluster.start(gateway, orders);
    engine.isAway = true;
    const sent = [
      ...Array.from({ length: 300 }, () => gateway.mediator.trySend(new PlaceOrder('tea'))),
      gateway.mediator.trySend(new CountOrders()),
    ];
    await cluster.turns();
    for (const result of await Promise.all(sent)) {
      expect(result).toMatchObject({
        ok: false,
        error: { code: 'CATGA_ENGINE_UNAVAILABLE', retryable: true },
      });
    }
    expect(gateway.mediator.self.load.unanswered).toBe(0);
    engine.isAway = false;
    await expect(gateway.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
  });

  it('does not fail what it took before: that is sent again when it takes frames again', async () => {
    let runs = 0;
    const gateway = cluster.node('gateway', { engine });
    const orders = cluster.node('orders').handleRequest(PlaceOrder, () => `run ${++runs}`);
    await cluster.start(gateway, orders);
    cluster.network.cut('orders', 'gateway');
    const sent = gateway.mediator.send(new PlaceOrder('tea'));
    await cluster.turns();
    engine.isAway = true;
    await cluster.pass(3000);
    engine.isAway = false;
    cluster.network.heal();
    await cluster.pass(5000);
    await expect(sent).resolves.toBe('run 1');
    expect(runs).toBe(1);
  });

  it('reports an event that it did not take, for which nobody waits', async () => {
    const gateway = cluster.node('gateway', { engine });
    const mail = cluster.node('mail', { service: 'mail' }).handleEvent(CartViewed, () => {});
    await cluster.start(gateway, mail);
    engine.isAway = true;
    await gateway.mediator.publish(new CartViewed('tea'));
    await cluster.turns();
    expect(gateway.failures.failures.get('links')).toBe(1);
  });
});
