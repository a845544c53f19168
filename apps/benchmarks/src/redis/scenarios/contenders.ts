import type { Contender } from '../../processes/load/contender.js';
import type { PeerName } from '../peers/peers.js';

type Loaded = (load: Contender['load']) => Contender<PeerName>;

export const PUB_SUB = 'ioredis PUBLISH and SUBSCRIBE, pipelined, JSON';
export const CLIENT_PROXY = '@nestjs/microservices ClientProxy.send';
export const QOS_1 = 'Catga send (QoS 1)';

/** The client itself. */
export const pubSub: Loaded = (load) => ({ name: PUB_SUB, peer: 'pubSub', nodes: 1, load });

export const clientProxy: Loaded = (load) => ({ name: CLIENT_PROXY, peer: 'clientProxy', nodes: 1, load });

export const moleculer: Loaded = (load) => ({ name: 'Moleculer call', peer: 'moleculer', nodes: 1, load });

export const catga: Loaded = (load) => ({
  name: QOS_1,
  peer: 'catga',
  nodes: 1,
  settings: { qos: 1 },
  load,
});
