import { memory } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import type { Engine } from '@catga/core/engine';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { describeSagaStore } from '@catga/testing/sagas';
import type { RecordStoreHarness } from '@catga/testing/sagas';
import { afterAll, beforeAll, describe } from '@jest/globals';

let cases = 0;

/** Each case has a namespace of its own. */
function storeOf(engine: () => Engine): RecordStoreHarness {
  return {
    async open() {
      const namespace = `case${++cases}`;
      const closing: (() => Promise<void>)[] = [];
      const one = engine();
      return {
        async connect() {
          const nodeId = `node-${closing.length}`;
          const connection = await one.connect({
            namespace,
            nodeId,
            clock: systemClock,
            heartbeatTimeoutMs: 15_000,
          });
          closing.push(() => connection.close());
          if (connection.records === undefined) throw new Error('The engine keeps no records.');
          return connection.records;
        },
        stop: async () => void (await Promise.all(closing.map((close) => close()))),
      };
    },
  };
}

describeSagaStore('the memory engine', storeOf(memory));

describe('on a broker', () => {
  let natsServer: NatsServer;
  let redisServer: RedisServer;
  beforeAll(async () => {
    [natsServer, redisServer] = await Promise.all([NatsServer.spawn(), RedisServer.spawn()]);
  });
  afterAll(async () => void (await Promise.all([natsServer.stop(), redisServer.stop()])));

  describeSagaStore(
    'NATS',
    storeOf(() => nats(natsServer.url)),
  );
  describeSagaStore(
    'Redis',
    storeOf(() => redis(redisServer.url)),
  );
});
