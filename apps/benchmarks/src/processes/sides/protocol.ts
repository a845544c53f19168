import type { MemoryUse, PeerSettings, StepTimes } from '../peers/peer.js';

/** What a process is started as: its only argument, as JSON. */
export interface SideArguments {
  readonly side: 'requesting' | 'handling';
  readonly peer: string;
  readonly settings: PeerSettings;
}

/** What a requesting process does for a round. */
export type Load =
  /** So many requests on their way at any time, the next one sent when one is answered. */
  | { readonly kind: 'closed'; readonly inFlight: number }
  /** Batches of so many, one after the other. */
  | { readonly kind: 'batches'; readonly size: number }
  /** Requests that arrive by themselves, each in a turn of the event loop of its own. */
  | { readonly kind: 'arrivals'; readonly perSecond: number }
  /** So many events, published a thousand to a turn. */
  | { readonly kind: 'events'; readonly count: number }
  /** Messages one after the other, each sent when the one before is handled. */
  | { readonly kind: 'handled' }
  /** So many messages that wait, all sent. */
  | { readonly kind: 'drain'; readonly messages: number };

/** What the requesting process found in a round. */
export interface LoadResult {
  readonly operations: number;
  readonly failed: number;
  /** On the clock that the processes of a machine share. */
  readonly startMs: number;
  readonly endMs: number;
  /** The rate at which requests really arrived; only for arrivals. */
  readonly arrivedPerSecond?: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  /** Only where stored messages are sent. */
  readonly memory?: MemoryUse;
}

/** What the parent asks of a process. */
export type Ask =
  | { readonly what: 'ready' }
  | { readonly what: 'cpu' }
  | { readonly what: 'load'; readonly load: Load; readonly forMs: number }
  /** Answered when so many events have come since it was asked. */
  | { readonly what: 'count'; readonly events: number }
  | { readonly what: 'steps' }
  | { readonly what: 'stop' };

/** What it answers. */
export type Answer =
  | { readonly what: 'ready' }
  | { readonly what: 'cpu'; readonly micros: number }
  | { readonly what: 'load'; readonly result: LoadResult }
  | { readonly what: 'count'; readonly endMs: number }
  | { readonly what: 'steps'; readonly steps: StepTimes | undefined }
  | { readonly what: 'stop' }
  | { readonly what: 'failed'; readonly error: string };
