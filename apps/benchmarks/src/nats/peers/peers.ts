import type { Peer } from '../../processes/peers/peer.js';

/** Every way to send requests over NATS, loaded only in the processes that use it. */
export const PEERS = {
  raw: async (): Promise<Peer> => (await import('./raw-peer.js')).rawPeer,
  jetStream: async (): Promise<Peer> => (await import('./jet-stream-peer.js')).jetStreamPeer,
  jetStreamTransport: async (): Promise<Peer> =>
    (await import('./jet-stream-transport-peer.js')).jetStreamTransportPeer,
  turnMessage: async (): Promise<Peer> => (await import('./turn-message-peer.js')).turnMessagePeer,
  records: async (): Promise<Peer> => (await import('./records-peer.js')).recordsPeer,
  clientProxy: async (): Promise<Peer> => (await import('./client-proxy-peer.js')).clientProxyPeer,
  moleculer: async (): Promise<Peer> =>
    (await import('../../processes/peers/moleculer-peer.js')).moleculerPeer,
  catga: async (): Promise<Peer> => (await import('./catga-peers.js')).catgaPeer,
  metered: async (): Promise<Peer> => (await import('./telemetry-peers.js')).meteredPeer,
  traced: async (): Promise<Peer> => (await import('./telemetry-peers.js')).tracedPeer(),
  durable: async (): Promise<Peer> => (await import('./catga-peers.js')).durablePeer,
} as const;

export type PeerName = keyof typeof PEERS;
