import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CatgaNode } from '@catga/core';
import { ChargeCard, OrderShipped, RedisNodes, until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const DRAIN_MS = 1500;
/** What closing may take beyond it, and what a busy machine takes. */
const CLOSING_MS = 1000 + 1000;

let server: RedisServer;
let cluster: RedisNodes;
beforeEach(async () => {
  server = await RedisServer.spawn();
  cluster = new RedisNodes(server.url);
});
afterEach(async () => {
  server.resume();
  await cluster.stop();
  await server.stop();
});

const faults = { stands_still: () => server.pause(), was_killed: () => server.kill() };

describe.each(Object.entries(faults))('a node that stops while Redis %s', (_, befall) => {
  async function startBusy(signals: AbortSignal[]): Promise<CatgaNode> {
    const node = cluster
      .node('orders', { shutdown: { drainTimeoutMs: DRAIN_MS } })
      .handleRequest(ChargeCard, (_command, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      })
      .handleEvent(OrderShipped, (_event, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      });
    await cluster.start(node);
    void node.mediator.send(new ChargeCard('o1')).catch(() => {});
    for (const id of ['o1', 'o2', 'o3']) await node.mediator.publish(new OrderShipped(id));
    await until(() => signals.length > 1);
    return node;
  }

  it('keeps its limit, aborts the signals of its handlers, and resolves', async () => {
    const signals: AbortSignal[] = [];
    const node = await startBusy(signals);
    await befall();
    const startMs = performance.now();
    await expect(node.stop()).resolves.toBeUndefined();
    expect(performance.now() - startMs).toBeLessThan(DRAIN_MS + CLOSING_MS);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});
