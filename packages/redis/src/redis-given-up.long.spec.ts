import { describeGivenUp } from '@catga/compliance';
import { Redis } from 'ioredis';
import { redis } from './redis-engine.js';
import { RedisServer } from './testing/redis-server.fixture.js';

describeGivenUp(
  'Redis',
  () => RedisServer.spawn(),
  (url, requestTimeoutMs) => redis({ url, requestTimeoutMs }),
);

describeGivenUp(
  'Redis, by a client of the application that repeats what had no answer,',
  () => RedisServer.spawn(),
  (url, requestTimeoutMs) => redis({ client: new Redis(url, { lazyConnect: true }), requestTimeoutMs }),
);
