import { nats } from '@catga/nats';
import { catgaOver } from '../../processes/peers/catga-peer.js';
import { durableOver } from '../../processes/peers/durable-peer.js';

/** Catga on the NATS engine, as it is by default. */
export const catgaPeer = catgaOver((url) => nats(url));
export const durablePeer = durableOver((url) => nats(url));
