/** A record as it was found. */
export interface VersionedRecord {
  readonly key: string;
  readonly value: Uint8Array;
  /** A number above 0. Each write of a key gives it another one, also after the record was removed. */
  readonly version: number;
}

/**
 * Small records that change by compare-and-set: how far the subscriptions of a lane are, who owns them, which there are.
 *
 * Contract:
 * - `write` and `remove` are atomic. Of several at the same time that expect one version, one succeeds.
 * - What `write` resolved with a version for is found by every later `read`, of every node.
 * - A call that rejects, with `CATGA_ENGINE_UNAVAILABLE`, may have taken effect.
 * - Keys are parts of 1 to 256 characters, any characters, joined by `/`; the whole has at most 512. Values have up to
 *   {@link maxValueBytes}.
 */
export interface RecordStore {
  /** The most bytes that a value may have: at least 65,536. */
  readonly maxValueBytes: number;
  read(key: string): Promise<VersionedRecord | undefined>;
  /** All records whose keys begin with whole parts, such as `progress/3/`, in any order. */
  list(prefix: string): Promise<readonly VersionedRecord[]>;
  /**
   * Writes a value in place of that of the expected version. Resolves with the new version; undefined, and nothing is written,
   * if another version is there, or none.
   * @param expected the version that must be there; 0: there must be no record
   */
  write(key: string, value: Uint8Array, expected: number): Promise<number | undefined>;
  /** Resolves with whether the record of that version was there, and is not any more. */
  remove(key: string, expected: number): Promise<boolean>;
}
