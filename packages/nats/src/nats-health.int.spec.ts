import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CatgaNode } from '@catga/core';
import { connect } from '@nats-io/transport-node';
import { nats } from './nats-engine.js';
import type { NatsEngineOptions } from './options/nats-engine-options.js';
import { HEARTBEAT, until } from './testing/nats-cluster.fixture.js';
import { NatsServer } from './testing/nats-server.fixture.js';

let server: NatsServer;
let node: CatgaNode | undefined;
let beat: NodeJS.Timeout;
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  server = await NatsServer.spawn();
});
afterEach(async () => {
  clearInterval(beat);
  await node?.stop();
  await server.stop();
});

async function start(engine: NatsEngineOptions): Promise<CatgaNode> {
  const keep = (message: string): void => void lines.push(message);
  const logger = { debug() {}, log: keep, warn: keep, error: keep };
  const options = { nodeId: 'one', heartbeat: HEARTBEAT, health: { graceMs: 300 } };
  node = new CatgaNode({ engine: nats(engine), ...options }, { logger });
  await node.init();
  await node.start();
  const running = node;
  beat = setInterval(() => void running.beat().catch(() => {}), HEARTBEAT.intervalMs);
  await until(() => running.problem === undefined);
  return node;
}

describe('the readiness of a node over NATS', () => {
  it('is down while the server is dead, and up when it is back, with a line each', async () => {
    const one = await start({ servers: server.url, reconnect: { waitMs: 50, jitterMs: 10 } });
    await server.kill();
    await until(() => one.problem !== undefined);
    expect(one.problem).toMatch(
      /^Engine nats has been out of reach for \d\.\d s: The server at 127\.0\.0\.1:\d+ is disconnected/,
    );
    await server.start();
    await until(() => one.problem === undefined);
    expect(lines).toEqual([
      expect.stringMatching(/^Connection to engine nats lost: The server at 127/),
      expect.stringMatching(/^Connection to engine nats is back after \d\.\d s$/),
    ]);
  });

  it('is down while the server hangs, though the connection stays', async () => {
    const one = await start({ servers: server.url, requestTimeoutMs: 2000 });
    server.pause();
    try {
      await until(() => one.problem !== undefined);
      expect(one.problem).toContain('NATS did not reply within 2000 ms');
    } finally {
      server.resume();
    }
    await until(() => one.problem === undefined);
    expect(lines.filter((line) => line.startsWith('Connection'))).toHaveLength(2);
  });

  it('is down for good, without a grace, once the client has given up', async () => {
    const one = await start({ servers: server.url, reconnect: { waitMs: 10, jitterMs: 0, maxAttempts: 2 } });
    await server.kill();
    await until(() => one.problem?.includes('closed for good') === true);
    await server.start();
    expect(one.problem).toMatch(/^The connection to engine nats is closed for good: \S/);
    expect(lines.at(-1)).toMatch(/^The connection to engine nats is closed for good: .*must be restarted\.$/);
  });

  it('is down for good once the connection that it was given is closed by its owner', async () => {
    const connection = await connect({ servers: server.url.replace('nats://', '') });
    const one = await start({ connection });
    await connection.close();
    await until(() => one.problem !== undefined);
    expect(one.problem).toBe(
      'The connection to engine nats is closed for good: It was closed in this process.',
    );
  });
});
