import { afterAll, beforeAll, describe } from '@jest/globals';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { letterCases } from './letter-cases.fixture.js';

const brokers = [
  { name: 'NATS', spawn: () => NatsServer.spawn(), engineOf: nats },
  { name: 'Redis', spawn: () => RedisServer.spawn(), engineOf: redis },
];

describe.each(brokers)('a broker', ({ name, spawn, engineOf }) => {
  let server: NatsServer | RedisServer;
  beforeAll(async () => {
    server = await spawn();
  });
  afterAll(() => server.stop());
  letterCases(name, () => engineOf(server.url));
});
