import type { Peer } from '../../processes/peers/peer.js';

/** Every event store, loaded only in the processes that use it. */
export const PEERS = {
  insert: async (): Promise<Peer> => (await import('./insert-peer.js')).insertPeer,
  append: async (): Promise<Peer> => (await import('./catga-peers.js')).appendPeer,
  preparedAppend: async (): Promise<Peer> => (await import('./catga-peers.js')).preparedAppendPeer,
  appendOnNats: async (): Promise<Peer> => (await import('./catga-peers.js')).appendOnNatsPeer,
  jsPublish: async (): Promise<Peer> => (await import('./js-publish-peer.js')).jsPublishPeer,
  load: async (): Promise<Peer> => (await import('./catga-peers.js')).loadPeer,
  project: async (): Promise<Peer> => (await import('./catga-peers.js')).projectPeer,
  readAll: async (): Promise<Peer> => (await import('./catga-peers.js')).readAllPeer,
  emmett: async (): Promise<Peer> => (await import('./emmett-peer.js')).emmettPeer,
} as const;

export type PeerName = keyof typeof PEERS;
