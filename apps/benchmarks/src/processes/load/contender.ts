import type { PeerSettings } from '../peers/peer.js';
import type { Load } from '../sides/protocol.js';

/** One way of doing what a scenario asks for: a requesting process and its handling ones. */
export interface Contender<P extends string = string> {
  readonly name: string;
  /** Its name among the peers of the broker. */
  readonly peer: P;
  /** How many processes handle. */
  readonly nodes: number;
  readonly settings?: Omit<
    PeerSettings,
    'url' | 'databaseUrl' | 'redisUrl' | 'namespace' | 'index' | 'nodes'
  >;
  /** What it does in a round. A round of events is as many as fill its time. */
  readonly load: Exclude<Load, { kind: 'events' }> | { readonly kind: 'events' };
}

/** How long and how often. */
export interface Effort {
  /** Times that every contender gets processes of its own: the compiler's luck differs from one to the next. */
  readonly generations: number;
  /** Rounds in each generation. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly roundMs: number;
  /** How many rates are tried at most, to find the highest that the machine holds. */
  readonly triedRates: number;
}
