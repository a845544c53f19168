import { msgpack } from '@catga/core/msgpack';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { CartViewed, PlaceOrder } from '../messages.js';

/** Nodes with different serializers or protocol versions. */
export function clusterCompatibility(lab: ClusterLab): void {
  describe('a cluster', () => {
    const binary = { serializer: msgpack() };

    it('with msgpack carries requests and events', async () => {
      const seen: unknown[] = [];
      const gateway = lab.member('gateway', binary);
      const orders = lab.orders('orders', binary).handleEvent(CartViewed, (event) => void seen.push(event));
      await lab.start(gateway, orders);
      await expect(gateway.mediator.send(new PlaceOrder('c1'))).resolves.toEqual({ orderId: 'orders' });
      await gateway.mediator.publish(new CartViewed('c1'));
      await lab.until(() => seen.length > 0);
      expect(seen).toEqual([new CartViewed('c1')]);
    });

    it('of two serializers refuses a request from one to the other at once, and names both', async () => {
      const gateway = lab.member('gateway', { routing: 'round-robin' });
      await lab.start(gateway, lab.orders('binary', binary));
      const refusal = {
        code: 'CATGA_UNSUPPORTED',
        retryable: false,
        details: { serializer: 'json', nodes: [{ nodeId: 'binary', serializer: 'msgpack' }] },
      };
      const { mediator } = gateway;
      await expect(mediator.send(new PlaceOrder('c1'))).rejects.toMatchObject(refusal);
      await expect(mediator.sendToNode('binary', new PlaceOrder('c1'))).rejects.toMatchObject(refusal);
      await lab.start(lab.orders('text'));
      for (let times = 0; times < 4; times++)
        await expect(mediator.send(new PlaceOrder('c1'))).resolves.toEqual({ orderId: 'text' });
    });

    it('lists a node of a later protocol version, but sends it no request', async () => {
      const gateway = lab.member('gateway', { heartbeat: lab.slowHeartbeat });
      await lab.start(gateway);
      const { directory } = await lab.connect({ nodeId: 'future' });
      const node = {
        ...gateway.mediator.self,
        nodeId: 'future',
        protocolVersion: 2,
        handles: ['PlaceOrder'],
      };
      await directory.announce(node);
      await lab.until(() => lab.sees(gateway, 'future'));
      await expect(gateway.mediator.send(new PlaceOrder('c1'))).rejects.toMatchObject({
        code: 'CATGA_UNSUPPORTED',
        details: { nodes: [{ nodeId: 'future', protocolVersion: 2 }] },
      });
    });

    it('counts frames of random bytes, and goes on', async () => {
      const gateway = lab.member('gateway');
      const orders = lab.orders('orders');
      await lab.start(gateway, orders);
      const stranger = await lab.connect({ nodeId: 'stranger' });
      const deaf = { received: () => {}, unreachable: () => {} };
      const links = await stranger.openLinks!({ nodeId: 'stranger', incarnation: 1 }, deaf);
      for (let length = 0; length < 200; length++) links.send(orders.mediator.self, junk(length));
      await lab.until(() => orders.failures.failures.get('links') === 200);
      await expect(gateway.mediator.send(new PlaceOrder('c1'))).resolves.toEqual({ orderId: 'orders' });
    });
  });
}

function junk(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(Math.random() * 256));
}
