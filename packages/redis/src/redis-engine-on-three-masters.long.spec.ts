import { describeEngine } from '@catga/compliance';
import type { EngineUnderTest } from '@catga/compliance';
import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import type { RedisEngineOptions } from './options/redis-engine-options.js';
import { startMasters } from './testing/redis-masters.fixture.js';
import type { RedisServer } from './testing/redis-server.fixture.js';

let servers: readonly RedisServer[];
let operators: readonly Redis[];

beforeAll(async () => {
  servers = await startMasters();
  operators = servers.map(({ url }) => new Redis(url));
}, 30_000);

afterAll(async () => {
  for (const operator of operators) operator.disconnect();
  for (const server of servers) await server.stop();
});

async function emptied(options: RedisEngineOptions = {}): Promise<EngineUnderTest> {
  for (const operator of operators) await operator.flushall();
  return { engine: redis({ cluster: { nodes: servers.map(({ url }) => url) }, ...options }) };
}

describeEngine('redis on three masters', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true },
  keepsEvents: true,
  unitMs: 100,
  createEngine: () => emptied(),
  createShortRetention: () => emptied({ keptEvents: 0 }),
});
