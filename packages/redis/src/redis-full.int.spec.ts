import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const LEASE_MS = 60_000;
let server: RedisServer;
let admin: Redis;
let connection: EngineConnection;
beforeEach(async () => {
  server = await RedisServer.spawn(['--maxmemory-policy', 'noeviction']);
  admin = new Redis(server.url);
  const client = { namespace: 'catga', nodeId: 'node', clock: systemClock, heartbeatTimeoutMs: 1000 };
  connection = await redis(server.url).connect(client);
});
afterEach(async () => {
  await connection.close();
  admin.disconnect();
  await server.stop();
});

it('a Redis that is full begins nothing, and what has begun is recorded to its end', async () => {
  const { idempotency, inbox } = connection;
  const claim = await idempotency.claim('begun', 'f', LEASE_MS);
  const token = claim.state === 'claimed' ? claim.token : -1;
  await admin.config('SET', 'maxmemory', '1mb'); // Less than it has.
  await expect(idempotency.claim('new', 'f', LEASE_MS)).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
  await expect(idempotency.renew('begun', token, LEASE_MS)).resolves.toBe(true);
  const outcome = { ok: true, body: new TextEncoder().encode('done') };
  await expect(idempotency.complete('begun', token, outcome, LEASE_MS)).resolves.toBe(true);
  await expect(idempotency.claim('begun', 'f', LEASE_MS)).resolves.toEqual({ state: 'finished', outcome });
  await inbox.add('shop.A', 'm1', LEASE_MS);
  await expect(inbox.has('shop.A', 'm1')).resolves.toBe(true);
});
