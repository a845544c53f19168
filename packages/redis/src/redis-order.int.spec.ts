import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { StoredMessageCodec, systemClock } from '@catga/core/engine';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { RedisServer } from './testing/redis-server.fixture.js';

const codec = new StoredMessageCodec();
let server: RedisServer;
beforeEach(async () => {
  server = await RedisServer.spawn();
});
afterEach(() => server.stop());

const eachTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

it('what is published before, while and after Redis was away is stored in the order of the calls', async () => {
  const client = { namespace: 'catga', nodeId: 'node', clock: systemClock, heartbeatTimeoutMs: 1000 };
  const connection = await redis(server.url).connect(client);
  const admin = new Redis(server.url);
  try {
    const called: string[] = [];
    const missing = new Set<string>();
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
        key: undefined,
        correlationId: messageId,
        causationId: undefined,
        originNodeId: 'node',
        sentAtMs: 0,
        history: [],
      } as const;
      void connection.log.append(message).then(() => missing.delete(messageId));
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
    while (missing.size > 0) await eachTurn();
    const kept = await admin.lrangeBuffer('{catga:log}:kept', 0, -1);
    const stored = kept.map((event) => {
      const [head = '', , nameBytes] = /^(\d+) (\d+) -1 /.exec(event.toString('latin1')) ?? [];
      return codec.decode(event.subarray(head.length + Number(nameBytes))).messageId;
    });
    expect(stored).toEqual(called);
  } finally {
    admin.disconnect();
    await connection.close();
  }
});
