/** A record with its version. */
export interface VersionedRecord {
  readonly key: string;
  readonly value: Uint8Array;
  /** Above 0. Each write of a key gives a new version, also after the record was removed. */
  readonly version: number;
}

/**
 * Store of small records with compare-and-set: subscriptions, their owners and their progress in each lane.
 *
 * Contract:
 * - `write` and `remove` are atomic. Of several concurrent calls with the same expected version, one succeeds.
 * - After `write` has resolved with a version, every later `read` of every node finds the value.
 * - A call that rejects, with `CATGA_ENGINE_UNAVAILABLE`, may have taken effect.
 * - Keys are parts of 1 to 256 characters, any characters, joined by `/`; the whole has at most 512. Values have up to
 *   {@link maxValueBytes}.
 */
export interface RecordStore {
  /** Maximum size of a value, in bytes: at least 65,536. */
  readonly maxValueBytes: number;
  read(key: string): Promise<VersionedRecord | undefined>;
  /** All records whose keys begin with a prefix of whole parts, such as `progress/3/`, in any order. */
  list(prefix: string): Promise<readonly VersionedRecord[]>;
  /**
   * Compare-and-set of a value. Resolves with the new version, or with undefined, without a write, if the current version
   * is not the expected one.
   * @param expected the current version; 0: there must be no record
   */
  write(key: string, value: Uint8Array, expected: number): Promise<number | undefined>;
  /** Removes a record of the expected version. Resolves with whether it did. */
  remove(key: string, expected: number): Promise<boolean>;
}

/** Page of records. */
export interface RecordPage {
  readonly records: readonly VersionedRecord[];
  /** Cursor of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Record store that may hold many records: those of packages on top of the engine, apart from the engine's own.
 *
 * Contract, besides that of {@link RecordStore}: all pages together have every record of the prefix that was there all the
 * time. One that is written meanwhile may be in two pages, or in none if it is new or removed.
 */
export interface PagedRecordStore extends RecordStore {
  /**
   * Reads some records whose keys begin with a prefix of whole parts.
   * @param limit about how many records a page has at most; it may have fewer, or none, and not be the last one
   * @param after `next` of the page before; `CATGA_VALIDATION_FAILED` for what no page has returned, where the store can tell
   */
  page(prefix: string, limit: number, after?: string): Promise<RecordPage>;
}
