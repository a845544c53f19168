import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaNode } from '@catga/core';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { HEARTBEAT, until } from './testing/redis-cluster.fixture.js';
import { RedisServer } from './testing/redis-server.fixture.js';

let server: RedisServer;
let node: CatgaNode | undefined;
let beat: NodeJS.Timeout;
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  server = await RedisServer.spawn();
});
afterEach(async () => {
  clearInterval(beat);
  await node?.stop();
  await server.stop();
});

async function start(engine: RedisEngineOptions): Promise<CatgaNode> {
  const keep = (message: string): void => void lines.push(message);
  const logger = { debug() {}, log: keep, warn: keep, error: keep };
  const options = { nodeId: 'one', heartbeat: HEARTBEAT, health: { graceMs: 300 } };
  node = new CatgaNode({ engine: redis(engine), ...options }, { logger });
  await node.init();
  await node.start();
  const running = node;
  beat = setInterval(() => void running.beat().catch(() => {}), HEARTBEAT.intervalMs);
  await until(() => running.problem === undefined);
  return node;
}

describe('the readiness of a node over Redis', () => {
  it('is down while the server is dead, and up when it is back, with a line each', async () => {
    const one = await start({ url: server.url });
    await server.kill();
    await until(() => one.problem !== undefined);
    await until(() => one.problem?.includes('ECONNREFUSED') === true);
    await server.start();
    await until(() => one.problem === undefined);
    expect(lines).toEqual([
      expect.stringMatching(/^Connection to engine redis lost: \S/),
      expect.stringMatching(/^Connection to engine redis is back after \d\.\d s$/),
    ]);
  });

  it('is down while the server hangs, though the connections stay', async () => {
    const one = await start({ url: server.url, requestTimeoutMs: 2000 });
    server.pause();
    await until(() => one.problem !== undefined);
    expect(one.problem).toContain('Redis did not reply within 2000 ms');
    server.resume();
    await until(() => one.problem === undefined);
    expect(lines.filter((line) => line.startsWith('Connection'))).toHaveLength(2);
  });

  it('is down while the server is a replica, which takes no writes', async () => {
    const one = await start({ url: server.url, reconnect: { waitMs: 20, maxWaitMs: 50 } });
    const admin = new Redis(server.url);
    await admin.replicaof('127.0.0.1', 1);
    await until(() => one.problem !== undefined);
    await admin.replicaof('NO', 'ONE');
    admin.disconnect();
    await until(() => one.problem === undefined);
  });
});
