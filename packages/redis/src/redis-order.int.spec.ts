import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import { redis } from './redis-engine.js';
import { RedisServer } from './testing/redis-server.fixture.js';

let server: RedisServer;
beforeEach(async () => {
  server = await RedisServer.spawn();
});
afterEach(() => server.stop());

const PATIENCE_MS = 120_000;
const eachTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it(
  'what is published before, while and after Redis was away is stored in the order of the calls',
  async () => {
    const client = { namespace: 'catga', nodeId: 'node', clock: systemClock, heartbeatTimeoutMs: 1000 };
    // A busy machine takes its time to start a server.
    const patient = { url: server.url, requestTimeoutMs: PATIENCE_MS };
    // Nobody subscribes before everything is stored: what is kept for a later subscription must be enough.
    const connection = await redis({ ...patient, keptEvents: 100_000 }).connect(client);
    try {
      const called: string[] = [];
      const missing = new Set<string>();
      const failures: unknown[] = [];
      const append = (): void => {
        const messageId = `m${called.length}`;
        called.push(messageId);
        missing.add(messageId);
        const message = {
          messageId,
          name: 'OrderShipped',
          kind: 'event',
          body: new Uint8Array(),
          serializer: 'json',
          headers: {},
          key: 'k',
          correlationId: messageId,
          causationId: undefined,
          originNodeId: 'node',
          sentAtMs: 0,
          history: [],
        } as const;
        connection.log.append(message).then(
          () => missing.delete(messageId),
          (thrown: unknown) => failures.push(thrown),
        );
      };
      append();
      await server.kill(); // It forgets every script.
      for (let turn = 0; turn < 50; turn++) {
        append();
        await eachTurn();
      }
      await server.start();
      for (let turn = 0; turn < 10 || (missing.size > 0 && turn < 5000); turn++) {
        if (called.length < 2000) append();
        await eachTurn();
      }
      while (missing.size > 0 && failures.length === 0) await eachTurn();
      expect(failures).toEqual([]);
      const seen: string[] = [];
      await connection.log.subscribe(
        { id: 'shop.A', kind: 'event', names: ['OrderShipped'], concurrency: 10, startFrom: 'beginning' },
        (delivery) => {
          seen.push(delivery.message.messageId);
          void delivery.ack();
        },
      );
      while (seen.length < called.length) await eachTurn();
      expect(seen).toEqual(called);
    } finally {
      await connection.close();
    }
  },
  PATIENCE_MS,
);
