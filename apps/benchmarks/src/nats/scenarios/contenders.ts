import type { Contender } from '../../processes/load/contender.js';
import type { PeerName } from '../peers/peers.js';

type Loaded = (load: Contender['load']) => Contender<PeerName>;

export const RAW = 'nc.request, JSON';
export const CLIENT_PROXY = '@nestjs/microservices ClientProxy.send';
export const MOLECULER = 'Moleculer call';
export const QOS_0 = 'Catga query (QoS 0)';
export const QOS_1 = 'Catga send (QoS 1)';
export const QOS_2 = 'Catga send (QoS 2)';
export const TWO_RECORDS = 'raw client, two KV records';

/** The client itself: what the others are divided by. */
export const raw: Loaded = (load) => ({ name: RAW, peer: 'raw', nodes: 1, load });

export const clientProxy: Loaded = (load) => ({ name: CLIENT_PROXY, peer: 'clientProxy', nodes: 1, load });

export const moleculer: Loaded = (load) => ({ name: MOLECULER, peer: 'moleculer', nodes: 1, load });

export const catga: Loaded = (load) => ({
  name: QOS_1,
  peer: 'catga',
  nodes: 1,
  settings: { qos: 1 },
  load,
});

/** All that answer requests, and what a record of them costs at the least. */
export const everyRequest = (load: Contender['load']): readonly Contender<PeerName>[] => [
  raw(load),
  { ...raw(load), name: `${RAW}, noAsyncTraces`, settings: { tracesRequests: false } },
  clientProxy(load),
  moleculer(load),
  catga(load),
  { ...catga(load), name: QOS_0, settings: { qos: 0 } },
  { ...catga(load), name: QOS_2, settings: { qos: 2 } },
  { name: TWO_RECORDS, peer: 'records', nodes: 0, load },
];
