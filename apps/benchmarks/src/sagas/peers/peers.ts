import type { Peer } from '../../processes/peers/peer.js';

/** Every way to run a process of two steps, loaded only in the processes that use it. */
export const PEERS = {
  natsSaga: async (): Promise<Peer> => (await import('./catga-peers.js')).natsSagaPeer,
  redisSaga: async (): Promise<Peer> => (await import('./catga-peers.js')).redisSagaPeer,
  flow: async (): Promise<Peer> => (await import('./flow-peer.js')).flowPeer,
} as const;

export type PeerName = keyof typeof PEERS;
