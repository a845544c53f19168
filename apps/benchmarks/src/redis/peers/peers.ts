import type { Peer } from '../../processes/peers/peer.js';

/** Every way to send requests, to store and to keep records over Redis, loaded only in the processes that use it. */
export const PEERS = {
  pubSub: async (): Promise<Peer> => (await import('./pub-sub-peer.js')).pubSubPeer,
  stream: async (): Promise<Peer> => (await import('./stream-peer.js')).streamPeer,
  setNx: async (): Promise<Peer> => (await import('./set-nx-peer.js')).setNxPeer,
  bullMq: async (): Promise<Peer> => (await import('./bull-mq-peer.js')).bullMqPeer,
  clientProxy: async (): Promise<Peer> => (await import('./client-proxy-peer.js')).clientProxyPeer,
  moleculer: async (): Promise<Peer> =>
    (await import('../../processes/peers/moleculer-peer.js')).moleculerPeer,
  catga: async (): Promise<Peer> => (await import('./catga-peers.js')).catgaPeer,
  durable: async (): Promise<Peer> => (await import('./catga-peers.js')).durablePeer,
  records: async (): Promise<Peer> => (await import('./records-peer.js')).recordsPeer,
} as const;

export type PeerName = keyof typeof PEERS;
