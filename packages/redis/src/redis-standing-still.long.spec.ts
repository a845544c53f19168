import { describe, expect, it } from '@jest/globals';
import { holdUp } from './testing/busy-server.fixture.js';
import { nodesOn, startServer } from './testing/case-ends.fixture.js';
import { HEARTBEAT, OrderShipped, PlaceOrder, until } from './testing/redis-cluster.fixture.js';

const afterMs = async (ms: number): Promise<void> => {
  const beganAtMs = performance.now();
  await until(() => performance.now() - beganAtMs > ms);
};

describe('a server that stands still for longer than heartbeats and leases last', () => {
  it.each([
    ['and answers nobody', false],
    ['and refuses all', true],
  ])(
    '%s: nobody is taken for gone, what handlers have stays theirs, and requests go on',
    async (_, isBusy) => {
      const server = await startServer('--lua-time-limit', '50');
      const cluster = nodesOn(server.url);
      const held: string[] = [];
      let finish = (): void => {};
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const nodes = ['one', 'two', 'three'].map((nodeId) =>
        cluster
          .node(nodeId, { service: 'shop' })
          .handleRequest(PlaceOrder, () => 'placed')
          .handleEvent(
            OrderShipped,
            async (event, { attempt }) => {
              held.push(`${(event as OrderShipped).orderId} ${attempt}`);
              await finished;
            },
            { name: 'A' },
          ),
      );
      await cluster.start(...nodes);
      const [one] = nodes;
      const ids = Array.from({ length: 6 }, (__, at) => `o${at}`);
      for (const id of ids) await one!.mediator.publish(new OrderShipped(id));
      await until(() => held.length === ids.length);
      let left = 0;
      for (const { mediator } of nodes)
        void (async () => {
          for await (const { type } of mediator.watchNodes()) if (type === 'left') left++;
        })();
      const leaseMs = 5000; // the shortest
      if (isBusy) {
        const script = await holdUp(server);
        await afterMs(leaseMs + 500);
        await script.end();
      } else {
        server.pause();
        await afterMs(leaseMs + 500);
        server.resume();
      }
      await afterMs(leaseMs); // Two rounds of looking for what lapsed.
      expect(left).toBe(0);
      expect(held).toHaveLength(ids.length);
      expect(HEARTBEAT.timeoutMs).toBeLessThan(leaseMs);
      finish();
      expect(held.toSorted()).toEqual(ids.map((id) => `${id} 1`));
      await expect(one!.mediator.send(new PlaceOrder('tea'))).resolves.toBe('placed');
    },
    30_000,
  );
});
