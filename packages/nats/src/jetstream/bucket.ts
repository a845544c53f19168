import { HeaderBlock } from '../connection/header-block.js';
import type { ClientMessage } from '../connection/client-connection.js';
import { StreamStore } from './stream-store.js';
import type { StoredEntry } from './stream-store.js';

/** A value or a delete marker of a bucket. */
export interface BucketEntry {
  /** Increases with each change of the bucket. */
  readonly revision: number;
  readonly value: Uint8Array;
  readonly isDeleted: boolean;
  /** When the server stored it, by the server's clock, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

/** Header that marks an entry as deleted (NATS ADR-8). */
const OPERATION = 'KV-Operation';
/** Header with the sequence number that the last message on the subject must have. */
export const EXPECTED_LAST = 'Nats-Expected-Last-Subject-Sequence';

/** A key-value bucket with one revision of each key, laid out as NATS ADR-8 says. Keys are subject tokens. */
export class Bucket {
  private readonly prefix: string;

  constructor(
    name: string,
    private readonly store: StreamStore,
  ) {
    this.prefix = bucketPrefix(name);
  }

  /** Ensures that values are kept for at least `ttlMs` after their last change. */
  keepFor(ttlMs: number): Promise<void> {
    return this.store.keepFor(ttlMs);
  }

  /** Creates the bucket if needed: with a watcher on the subject, a put does not reveal that it is missing. */
  async make(): Promise<void> {
    await this.store.make();
  }

  /** Resolves with the revision. */
  async put(key: string, value: Uint8Array): Promise<number> {
    return (await this.store.store(this.prefix + key, value)) ?? 0;
  }

  /**
   * Compare-and-set: puts a value if the key's revision is `expected`, 0 for a missing or expired key. Resolves with
   * the new revision, or undefined if the revision was another one.
   */
  replace(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    return this.store.store(this.prefix + key, value, bucketHeaders(expected));
  }

  /** Writes a delete marker if the key's revision is `expected`. Resolves with the marker's revision. */
  remove(key: string, expected: number | undefined, note?: Uint8Array): Promise<number | undefined> {
    return this.store.store(this.prefix + key, note ?? new Uint8Array(0), bucketHeaders(expected, 'DEL'));
  }

  /** The last entry of a key. */
  async get(key: string): Promise<BucketEntry | undefined> {
    const entry = await this.store.last(this.prefix + key);
    return entry && toBucketEntry(entry);
  }

  /** All keys with an entry, including delete markers. */
  async keys(): Promise<readonly string[]> {
    const subjects = await this.store.subjects(`${this.prefix}>`);
    return subjects.map((subject) => subject.slice(this.prefix.length));
  }
}

/** Subject prefix of a bucket. */
export function bucketPrefix(name: string): string {
  return `$KV.${name}.`;
}

/** Stream name of a bucket. */
export function bucketStream(name: string): string {
  return `KV_${name}`;
}

/** Whether a message of a bucket is a delete marker. */
export function isDeletion(messageHeaders: ClientMessage['headers']): boolean {
  return messageHeaders !== undefined && messageHeaders.get(OPERATION) !== '';
}

/** Headers of a bucket change: the expected revision, and whether it deletes. */
export function bucketHeaders(expected: number | undefined, operation?: 'DEL'): HeaderBlock {
  const made = new HeaderBlock();
  if (expected !== undefined) made.set(EXPECTED_LAST, String(expected));
  if (operation !== undefined) made.set(OPERATION, operation);
  return made;
}

export function toBucketEntry({ sequence, data, headers: raw, storedAtMs }: StoredEntry): BucketEntry {
  return { revision: sequence, value: data, isDeleted: raw.includes(`${OPERATION}:`), storedAtMs };
}
