/** Entry to append to a stream. */
export interface NewStreamEntry {
  /** Short text that can be read without the body: up to 48 KiB of visible ASCII and single spaces. */
  readonly head: string;
  readonly body: Uint8Array;
}

/** Stored entry of a stream. */
export interface StreamEntry extends NewStreamEntry {
  /** Position among the entries of all streams: above 0, ascending in the order of storage. */
  readonly position: number;
  /** Position of the entry before it in its stream; 0 for the first one. */
  readonly after: number;
  /** Time of storage by the broker's clock, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

/** State of a log. */
export interface StreamLogState {
  /** Changes when the log is created again, such as on a broker that lost its data: letters and digits, ascending in time. */
  readonly identity: string;
  /** Position of the latest entry; 0 if there is none. */
  readonly last: number;
}

/**
 * Log of many streams of entries, with compare-and-set per stream, for packages on top of the engine such as event sourcing.
 *
 * Contract:
 * - `append` is atomic. Of several concurrent calls with the same `after`, one succeeds. Every later call of every node finds
 *   a stored entry. A call that rejects, with `CATGA_ENGINE_UNAVAILABLE`, may have taken effect.
 * - Entries become visible in the order of their positions: a reader that has read up to a position misses no entry before it.
 * - Nothing is ever removed. `CATGA_PAYLOAD_TOO_LARGE` beyond {@link maxEntryBytes}, `CATGA_OVERLOADED` if the broker is full.
 * - A stream has a name of 1 to 400 characters, any characters.
 */
export interface StreamLog {
  /** Maximum size of a head and a body together, in bytes: at least 65,536. */
  readonly maxEntryBytes: number;
  state(): Promise<StreamLogState>;
  /**
   * Stores an entry in a stream. Resolves with its position, or with undefined, without a write, if the last entry of the stream is another one.
   * @param after position of the last entry of the stream; 0: there must be none
   */
  append(stream: string, entry: NewStreamEntry, after: number): Promise<number | undefined>;
  /** The last entry of a stream; undefined if there is none. */
  last(stream: string): Promise<StreamEntry | undefined>;
  /**
   * Entries of a stream between two positions, both included, in order. Many or large entries are returned in part, at least one.
   * @param isHeadsOnly whether to return empty bodies
   */
  read(stream: string, from: number, to: number, isHeadsOnly?: boolean): Promise<readonly StreamEntry[]>;
  /** Entries of all streams from a position on, at most `limit`. Large entries are returned in part, at least one. */
  readAll(from: number, limit: number): Promise<readonly StreamEntry[]>;
}
