import { redis } from '@catga/redis';
import { catgaOver } from '../../processes/peers/catga-peer.js';
import { durableOver } from '../../processes/peers/durable-peer.js';

/** Catga on the Redis engine, as it is by default. */
export const catgaPeer = catgaOver((url) => redis(url));
export const durablePeer = durableOver((url) => redis(url));
