import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { sagaOver } from './saga-peer.js';
import { redisUrlOf } from './redis-url.js';

/** Sagas of Catga on the two engines, as they are by default. */
export const natsSagaPeer = sagaOver(({ url }) => nats(url));
export const redisSagaPeer = sagaOver((settings) => redis(redisUrlOf(settings)));
