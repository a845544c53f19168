import { describeStopping } from '@catga/compliance';
import { redis } from './redis-engine.js';
import { RedisServer } from './testing/redis-server.fixture.js';

describeStopping(
  'Redis',
  () => RedisServer.spawn(),
  (url, requestTimeoutMs) => redis({ url, requestTimeoutMs }),
);
