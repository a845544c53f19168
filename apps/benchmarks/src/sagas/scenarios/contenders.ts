import type { Contender } from '../../processes/load/contender.js';
import type { PeerName } from '../peers/peers.js';

type Loaded = (load: Contender['load']) => Contender<PeerName>;

export const ON_NATS = 'Catga saga, on NATS';
export const ON_REDIS = 'Catga saga, on Redis';
export const FLOW = 'BullMQ flow, on Redis';

export const sagaOnNats: Loaded = (load) => ({ name: ON_NATS, peer: 'natsSaga', nodes: 1, load });
export const sagaOnRedis: Loaded = (load) => ({ name: ON_REDIS, peer: 'redisSaga', nodes: 1, load });
export const flow: Loaded = (load) => ({ name: FLOW, peer: 'flow', nodes: 1, load });
