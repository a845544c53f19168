/** What is to be appended to a stream, all at once. */
export interface NewStreamEntry {
  /** Short text that can be read without the body: up to 48 KiB of visible ASCII and single spaces. */
  readonly head: string;
  readonly body: Uint8Array;
}

/** What was appended to a stream at once. */
export interface StreamEntry extends NewStreamEntry {
  /** Place among the entries of all streams: above 0, and later ones have greater ones. */
  readonly position: number;
  /** Position of the entry before it in its stream; 0 for the first one. */
  readonly after: number;
  /** When it was stored, by the broker's clock, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

/** A log as a whole. */
export interface StreamLogState {
  /** Differs for each log that begins anew, as on a broker that came back empty: letters and digits, ascending in time. */
  readonly identity: string;
  /** Position of the latest entry; 0 without one. */
  readonly last: number;
}

/**
 * Log of many streams of entries, with compare-and-set by stream: what packages on top of the engine, such as event sourcing, keep for ever.
 *
 * Contract:
 * - `append` is atomic. Of several concurrent calls with the same `after`, one succeeds. An entry that was stored is found by every later call of every
 *   node. A call that rejects, with `CATGA_ENGINE_UNAVAILABLE`, may have taken effect.
 * - Entries appear in the order of their positions, whatever the order in which writers begin: who has read up to a position finds nothing new before it.
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
  /** The last entry of a stream; undefined without one. */
  last(stream: string): Promise<StreamEntry | undefined>;
  /**
   * Entries of a stream between two positions, both included, from the first one on: not all of them if they are many or large, but one at least.
   * None if there is none.
   * @param isHeadsOnly whether bodies are left empty
   */
  read(stream: string, from: number, to: number, isHeadsOnly?: boolean): Promise<readonly StreamEntry[]>;
  /** Entries of all streams from a position on, up to `limit`: fewer, but one at least, if they are large; none if there is none. */
  readAll(from: number, limit: number): Promise<readonly StreamEntry[]>;
}
