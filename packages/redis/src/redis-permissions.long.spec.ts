import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaNode, Command, ReliableEvent } from '@catga/core';
import type { CatgaOptions } from '@catga/core';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { HEARTBEAT, until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

class PlaceOrder extends Command<string> {}
@ReliableEvent()
class OrderPlaced {}

const EVERYTHING = ['on', '>secret', '~*', '&*', '+@all'];
/** No channels of single nodes. */
const WITHOUT_NODES = ['resetchannels', '&catga:nodes', '&catga:wake:*'];

let server: RedisServer;
let admin: Redis;
const nodes: CatgaNode[] = [];
const beats: NodeJS.Timeout[] = [];
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  server = await RedisServer.spawn();
  admin = new Redis(server.url);
  await permit('orders');
  await permit('shop');
});
afterEach(async () => {
  for (const beat of beats.splice(0)) clearInterval(beat);
  await Promise.all(nodes.splice(0).map((node) => node.stop().catch(() => {})));
  admin.disconnect();
  await server.stop();
});

async function permit(user: string, ...changes: readonly string[]): Promise<void> {
  await admin.call('ACL', 'SETUSER', user, ...EVERYTHING, ...changes);
}

function node(user: string, nodeId: string, options: CatgaOptions = {}): CatgaNode {
  const keep = (message: string): void => void lines.push(message);
  const logger = { debug() {}, log: keep, warn: keep, error: keep };
  const made = new CatgaNode(
    {
      engine: redis({ url: server.url.replace('redis://', `redis://${user}:secret@`) }),
      nodeId,
      heartbeat: HEARTBEAT,
      health: { graceMs: 100 },
      shutdown: { drainTimeoutMs: 500 },
      ...options,
    },
    { logger },
  );
  nodes.push(made);
  return made;
}

async function start(...made: readonly CatgaNode[]): Promise<void> {
  for (const one of made) {
    await one.init();
    await one.start();
    beats.push(setInterval(() => void one.beat().catch(() => {}), HEARTBEAT.intervalMs));
  }
  await until(() => made.every(({ mediator }) => mediator.nodes().length >= made.length));
}

const refusal = (what: RegExp): unknown =>
  expect.objectContaining({
    code: 'CATGA_ENGINE_UNAVAILABLE',
    message: expect.stringMatching(
      new RegExp(`does not permit this node's user what it needs${what.source}.*ACL SETUSER`),
    ) as unknown,
  });

describe('a node whose user lacks a permission when it starts', () => {
  it.each<[string, RegExp, readonly string[]]>([
    ['channels', / on 'catga:node:one:.*channel/, ['resetchannels']],
    ['keys', / on '\{catga:.*key/, ['resetkeys']],
    ['the command subscribe', / on 'catga:node:one:.*subscribe/, ['-subscribe']],
    ['the command publish', / on 'catga:node:one:0'.*publish/, ['-publish']],
    ['scripts', / on '\{catga:.*eval/, ['-@scripting']],
    ['a command of scripts', / on '\{catga:lane:.*/, ['-xgroup']],
  ])('for %s does not start, and says for what and what to do', async (_, words, missing) => {
    await permit('shop', ...missing);
    const one = node('shop', 'one').handleEvent(OrderPlaced, () => {});
    const starting = (async () => {
      await one.init();
      await one.start();
    })();
    await expect(starting).rejects.toEqual(refusal(words));
  });
});

describe('a node whose user loses a permission while it runs', () => {
  it('for channels fails those who wait, is not ready, and goes on when it is given back', async () => {
    const gateway = node('shop', 'gateway');
    const orders = node('orders', 'orders').handleRequest(PlaceOrder, () => 'placed');
    await start(gateway, orders);
    await until(() => gateway.problem === undefined);
    await permit('shop', 'resetchannels');
    await until(() => gateway.problem?.includes('does not permit') === true);
    expect(gateway.problem).toContain('channel');
    await expect(gateway.mediator.send(new PlaceOrder())).rejects.toEqual(refusal(/ on 'catga:.*channel/));
    await permit('shop');
    await until(() => gateway.problem === undefined);
    await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('placed');
    expect(lines.filter((line) => line.startsWith('engine redis permissions failed'))).toHaveLength(1);
  });

  it('for publishing fails requests at once, and they go on when it is given back', async () => {
    const gateway = node('shop', 'gateway');
    const orders = node('orders', 'orders').handleRequest(PlaceOrder, () => 'placed');
    await start(gateway, orders);
    await permit('shop', '-publish');
    await expect(gateway.mediator.send(new PlaceOrder())).rejects.toEqual(
      refusal(/ on 'catga:node:orders:.*publish/),
    );
    await permit('shop');
    await until(async () => (await gateway.mediator.trySend(new PlaceOrder())).ok);
  });

  it('for publishing replies to one node reports it with one line, still answers others, and answers when it is given back', async () => {
    const gateway = node('orders', 'gateway');
    const shop = node('orders', 'shop');
    const orders = node('shop', 'orders').handleRequest(PlaceOrder, () => 'placed');
    await start(gateway, shop, orders);
    await permit('shop', ...WITHOUT_NODES, '&catga:node:orders:*', '&catga:node:shop:*');
    await until(async () => {
      await gateway.mediator.trySend(new PlaceOrder(), { timeoutMs: 200 });
      return orders.failures.failures.has('engine redis permissions');
    });
    expect(lines.filter((line) => line.startsWith('engine redis permissions failed'))).toEqual([
      expect.stringMatching(/does not permit .* on 'catga:node:gateway:.*channel.*ACL SETUSER/),
    ]);
    await expect(shop.mediator.send(new PlaceOrder())).resolves.toBe('placed');
    expect(orders.problem).toBeUndefined();
    await permit('shop');
    await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('placed');
  });

  it.each<[string, readonly string[]]>([
    ['publishing', ['-publish']],
    ['its channel', WITHOUT_NODES],
  ])(
    'for %s leaves the directory, so that its callers fail soon, and returns when it is given back',
    async (_, missing) => {
      const gateway = node('orders', 'gateway');
      const orders = node('shop', 'orders').handleRequest(PlaceOrder, () => 'placed');
      await start(gateway, orders);
      await permit('shop', ...missing);
      await until(async () => {
        const result = await gateway.mediator.trySend(new PlaceOrder());
        if (!result.ok)
          expect(result.error).toMatchObject({
            code: expect.stringMatching(/^CATGA_(NODE_LOST|NO_HANDLER)$/),
          });
        return !result.ok;
      });
      await until(() => gateway.mediator.nodes().every(({ nodeId }) => nodeId !== 'orders'));
      await until(() => orders.problem?.includes('does not permit') === true);
      await expect(gateway.mediator.send(new PlaceOrder())).rejects.toMatchObject({
        code: 'CATGA_NO_HANDLER',
      });
      await permit('shop');
      await until(() => orders.problem === undefined);
      await until(() => gateway.mediator.nodes().length === 2);
      await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('placed');
    },
  );

  it('for publishing leaves its requests to another node', async () => {
    const gateway = node('orders', 'gateway');
    const mute = node('shop', 'mute').handleRequest(PlaceOrder, () => 'mute');
    const other = node('orders', 'other').handleRequest(PlaceOrder, () => 'other');
    await start(gateway, mute, other);
    await permit('shop', '-publish');
    await until(async () => {
      await gateway.mediator.send(new PlaceOrder());
      return mute.problem !== undefined;
    });
    await expect(gateway.mediator.send(new PlaceOrder())).resolves.toBe('other');
  });

  it('for keys fails what is stored, reports what nobody waits for, and is not ready', async () => {
    const one = node('shop', 'one').handleEvent(OrderPlaced, () => {});
    await start(one);
    await one.mediator.publish(new OrderPlaced());
    await permit('shop', 'resetkeys');
    await expect(one.mediator.publish(new OrderPlaced())).rejects.toEqual(refusal(/ on '\{catga:lane:.*key/));
    await until(() => one.problem?.includes('does not permit') === true);
    expect(one.failures.failures.get('engine redis permissions')).toBeGreaterThan(0);
    await permit('shop');
    await until(() => one.problem === undefined);
    await one.mediator.publish(new OrderPlaced());
  });
});
