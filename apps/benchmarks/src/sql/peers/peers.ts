import type { Peer } from '../../processes/peers/peer.js';

/** Every way to commit a row with a message, loaded only in the processes that use it. */
export const PEERS = {
  bare: async (): Promise<Peer> => (await import('./bare-peer.js')).barePeer,
  outbox: async (): Promise<Peer> => (await import('./outbox-peer.js')).outboxPeer,
  preparedOutbox: async (): Promise<Peer> => (await import('./outbox-peer.js')).preparedOutboxPeer,
  publish: async (): Promise<Peer> => (await import('./outbox-peer.js')).publishPeer,
  polled: async (): Promise<Peer> => (await import('./polled-peer.js')).polledPeer,
  graphile: async (): Promise<Peer> => (await import('./graphile-peer.js')).graphilePeer,
  drain: async (): Promise<Peer> => (await import('./drain-peer.js')).drainPeer,
  polledDrain: async (): Promise<Peer> => (await import('./polled-peer.js')).polledDrainPeer,
  inbox: async (): Promise<Peer> => (await import('./inbox-peer.js')).inboxPeer,
} as const;

export type PeerName = keyof typeof PEERS;
