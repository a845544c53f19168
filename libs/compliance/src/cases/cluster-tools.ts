import type { CatgaNode } from '@catga/core';
import { AdminClient } from '@catga/core/admin';
import { describe, expect, it } from '@jest/globals';
import type { ClusterLab } from '../cluster-lab.js';
import { CartViewed, GetOrder, OrderPlaced, PlaceOrder } from '../messages.js';

/** Tools that join the cluster and ask its nodes. */
export function clusterTools(lab: ClusterLab): void {
  describe('a tool in the cluster', () => {
    /** A node with handlers, and a tool that knows it. */
    async function setUp(): Promise<{ node: CatgaNode; tool: CatgaNode; client: AdminClient }> {
      const node = lab
        .orders('one', { heartbeat: lab.slowHeartbeat, service: 'shop' })
        .handleEvent(CartViewed, () => {}, { name: 'Carts' })
        .handleEvent(
          OrderPlaced,
          () => {
            throw new Error('out of stock');
          },
          { name: 'Stock', concurrency: 4, maxAttempts: 1 },
        );
      await lab.start(node);
      const tool = lab.member('tool', { heartbeat: lab.slowHeartbeat, role: 'tool' });
      await lab.run(tool);
      await lab.until(() => lab.sees(tool, 'one'));
      return { node, tool, client: new AdminClient(tool.mediator) };
    }

    it('is listed by no node, itself included, and is ready', async () => {
      const { node, tool } = await setUp();
      const second = lab.member('two', { heartbeat: lab.slowHeartbeat });
      await lab.start(second);
      await lab.until(() => [node, tool].every((one) => lab.sees(one, 'two')));
      for (const one of [node, tool, second])
        expect(one.mediator.nodes().map(({ nodeId }) => nodeId)).not.toContain('tool');
      expect(tool.problem).toBeUndefined();
    });

    it('asks a node what it is and handles', async () => {
      const { client } = await setUp();
      await expect(lab.whileTimePasses(client.describe('one'))).resolves.toMatchObject({
        node: { nodeId: 'one', service: 'shop', status: 'alive' },
        engine: lab.engine.name,
        pid: process.pid,
        requests: [
          { name: 'PlaceOrder', kind: 'command', qos: 1 },
          { name: 'GetOrder', kind: 'query', qos: 0 },
        ],
        events: [
          { name: 'CartViewed', qos: 0, handlers: [{ name: 'Carts', scope: 'service' }] },
          { name: 'orders.placed.v1', qos: 1, handlers: [{ name: 'Stock', scope: 'service' }] },
        ],
        subscriptions: [
          { id: 'queue.PlaceOrder', kind: 'command', names: ['PlaceOrder'] },
          { id: 'shop.Stock', kind: 'event', names: ['orders.placed.v1'], concurrency: 4 },
        ],
      });
    });

    it('asks what a node has failed with, and how often', async () => {
      const { node, client } = await setUp();
      await node.mediator.publish(new OrderPlaced('o1'));
      await lab.until(() => node.failures.failures.has('shop.Stock'));
      await expect(lab.whileTimePasses(client.failures('one'))).resolves.toMatchObject([
        {
          source: 'shop.Stock',
          name: 'orders.placed.v1',
          error: { name: 'Error', message: 'out of stock' },
          attempt: 1,
          disposition: 'dead-lettered',
        },
      ]);
      await expect(lab.whileTimePasses(client.stats('one'))).resolves.toMatchObject({
        failures: { 'shop.Stock': 1 },
        load: { inFlight: 0 },
      });
    });

    it('sees what a node handles from when it asks, without content, and counts it', async () => {
      const { node, tool, client } = await setUp();
      await lab.whileTimePasses(tool.mediator.send(new PlaceOrder('before')));
      const start = await lab.whileTimePasses(client.tap('one'));
      expect(start.messages).toEqual([]);
      await expect(lab.whileTimePasses(client.traffic('one'))).resolves.toMatchObject({ flows: [] });
      await lab.whileTimePasses(tool.mediator.send(new PlaceOrder('c1')));
      await node.mediator.publish(new OrderPlaced('o1'));
      let page = await lab.whileTimePasses(client.tap('one', start));
      const seen = [...page.messages];
      await lab.until(async () => {
        page = await client.tap('one', page);
        seen.push(...page.messages);
        return seen.length >= 2;
      });
      expect(seen).toMatchObject([
        { name: 'PlaceOrder', kind: 'command', originNodeId: 'tool', attempt: 1 },
        { name: 'orders.placed.v1', handler: 'shop.Stock', error: { message: 'out of stock' } },
      ]);
      expect(JSON.stringify(seen)).not.toContain('secret customer');
      const { flows, criticalTimes } = await lab.whileTimePasses(client.traffic('one'));
      expect(flows).toMatchObject([
        { name: 'PlaceOrder', originNodeId: 'tool', handled: 1, failed: 0 },
        { name: 'orders.placed.v1', handler: 'shop.Stock', originNodeId: 'one', handled: 1, failed: 1 },
      ]);
      expect(criticalTimes.reduce((sum, one) => sum + one)).toBe(1);
    });

    it('gets no answer that the node was told not to give', async () => {
      const off = { describe: false, stats: false, failures: false, tap: false, traffic: false };
      const silent = lab.orders('silent', { admin: off, heartbeat: lab.slowHeartbeat });
      await lab.start(silent);
      const { client } = await setUp();
      for (const ask of [
        (one: AdminClient) => one.describe('silent'),
        (one: AdminClient) => one.stats('silent'),
        (one: AdminClient) => one.failures('silent'),
        (one: AdminClient) => one.tap('silent'),
        (one: AdminClient) => one.traffic('silent'),
      ])
        await expect(lab.whileTimePasses<unknown>(ask(client))).rejects.toMatchObject({
          code: 'CATGA_NO_HANDLER',
        });
      const answers = await lab.whileTimePasses(client.all((one, nodeId) => one.stats(nodeId)));
      expect(answers.map(({ nodeId, result }) => `${nodeId} ${result.ok}`).toSorted()).toEqual([
        'one true',
        'silent false',
      ]);
    });

    it('of another namespace sees no node and gets no answer', async () => {
      await setUp();
      const stranger = lab.member('stranger', { role: 'tool', namespace: 'elsewhere' });
      await lab.run(stranger);
      const client = new AdminClient(stranger.mediator);
      expect(stranger.mediator.nodes()).toEqual([]);
      await expect(client.describe('one')).rejects.toMatchObject({ code: 'CATGA_NODE_NOT_FOUND' });
    });

    it('sees in the directory what a node sends and publishes', async () => {
      const sender = lab.member('sender', { heartbeat: lab.quickHeartbeat, service: 'web' });
      await lab.start(sender);
      const { node, tool } = await setUp();
      await lab.until(() => lab.sees(sender, 'one'));
      await lab.whileTimePasses(sender.mediator.send(new GetOrder('o1')));
      await sender.mediator.publish(new CartViewed('c1'));
      for (const one of [node, tool])
        await lab.until(() =>
          one.mediator
            .nodes()
            .some(
              ({ service, sends = [], publishes = [] }) =>
                service === 'web' && sends.includes('GetOrder') && publishes.includes('CartViewed'),
            ),
        );
    });
  });
}
