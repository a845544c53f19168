import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import type { EngineConnection } from '@catga/core/engine';
import { nats } from './nats-engine.js';
import { until } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

const LEASE_MS = 60_000;

let server: NatsServer;
let connection: EngineConnection;
beforeEach(async () => {
  server = await NatsServer.spawn();
  connection = await nats({
    servers: server.url,
    requestTimeoutMs: 300,
    reconnect: { waitMs: 50, jitterMs: 10 },
  }).connect({
    namespace: 'shop',
    nodeId: 'orders',
    clock: systemClock,
    heartbeatTimeoutMs: 2000,
  });
  // Whatever is made at its first need is there.
  await connection.idempotency.claim('first', 'print', LEASE_MS);
});
afterEach(async () => {
  await connection.close(1000);
  await server.stop();
});

const claim = () => connection.idempotency.claim('k', 'print', LEASE_MS);
const gaveUp = { code: 'CATGA_ENGINE_UNAVAILABLE', retryable: true };

/** Asks until the broker is back and answers. */
async function stateOnceBack(): Promise<string> {
  let state = '';
  await until(async () => {
    // What was asked before is told to the server before.
    await connection.idempotency.find('first').then(
      () => (state = 'back'),
      () => {},
    );
    return state === 'back';
  });
  return (await claim()).state;
}

describe('what NATS was to do and whoever asked gave up on', () => {
  it('is not done when the broker is back that was away', async () => {
    await server.kill();
    await expect(claim()).rejects.toMatchObject(gaveUp);
    await server.start();
    await expect(stateOnceBack()).resolves.toBe('claimed');
  });

  it('is not done when the broker is back that stood still and was killed', async () => {
    server.pause();
    await expect(claim()).rejects.toMatchObject(gaveUp);
    await server.kill();
    await server.start();
    await expect(stateOnceBack()).resolves.toBe('claimed');
  });
});
