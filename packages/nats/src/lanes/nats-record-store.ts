import { randomUUID } from 'node:crypto';
import { wrongCursor } from '@catga/core/engine';
import type { PagedRecordStore, RecordPage, VersionedRecord } from '@catga/core/engine';
import { bucketHeaders, bucketPrefix, isDeletion, toBucketEntry } from '../jetstream/bucket.js';
import type { BucketEntry } from '../jetstream/bucket.js';
import type { ClientMessage } from '../connection/client-connection.js';
import type { HeaderBlock } from '../connection/header-block.js';
import { readAckSubject } from '../jetstream/ack-subject.js';
import { MESSAGE_ID } from '../jetstream/message-id-header.js';
import { readSubject } from '../jetstream/stream-reader.js';
import type { ReadOptions, ReaderServices } from '../jetstream/stream-reader.js';
import type { StreamStore } from '../jetstream/stream-store.js';
import { recordKeyOf, recordTokens } from './record-subject.js';

/** Payload reserved for headers, in bytes. */
const HEADER_BYTES = 512;

/**
 * Records in a key-value bucket: versions are revisions. Each change has an id, so that a change re-sent after a lost acknowledgement is
 * recognized as done.
 */
export class NatsRecordStore implements PagedRecordStore {
  private readonly prefix: string;
  private readonly session = randomUUID();
  private changes = 0;

  constructor(
    bucket: string,
    private readonly store: StreamStore,
    private readonly reader: ReaderServices,
  ) {
    this.prefix = bucketPrefix(bucket);
  }

  get maxValueBytes(): number {
    return this.reader.session.maxPayloadBytes - HEADER_BYTES;
  }

  async read(key: string): Promise<VersionedRecord | undefined> {
    const entry = await this.entry(key);
    return entry === undefined || entry.isDeleted
      ? undefined
      : { key, value: entry.value, version: entry.revision };
  }

  async list(prefix: string): Promise<readonly VersionedRecord[]> {
    return (await this.find(prefix)).records;
  }

  /** Page of records, ordered by last write. */
  async page(prefix: string, limit: number, after?: string): Promise<RecordPage> {
    if (after !== undefined && !/^\d+$/.test(after)) throw wrongCursor(after);
    const { records, last, read } = await this.find(prefix, {
      limit,
      ...(after !== undefined && { fromSequence: Number(after) + 1 }),
    });
    return { records, next: read < limit ? undefined : String(last) };
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    const version = await this.change(key, value, bucketHeaders(expected));
    if (version !== undefined || expected > 0) return version;
    // The delete marker of a removed record may remain.
    const entry = await this.entry(key);
    return entry?.isDeleted === true ? this.change(key, value, bucketHeaders(entry.revision)) : undefined;
  }

  async remove(key: string, expected: number): Promise<boolean> {
    const mark = await this.change(key, new Uint8Array(0), bucketHeaders(expected, 'DEL'));
    if (mark === undefined) return false;
    await this.store.purge(this.subject(key), { before: mark + 1 }).catch(() => {}); // The marker may remain.
    return true;
  }

  private async find(
    prefix: string,
    options?: ReadOptions,
  ): Promise<{ readonly records: VersionedRecord[]; readonly last: number; readonly read: number }> {
    const parts = prefix.replace(/\/$/, '');
    const filter = parts === '' ? `${this.prefix}>` : `${this.subject(parts)}.>`;
    const records = new Map<string, VersionedRecord>();
    let last = 0;
    let read = 0;
    const take = ({ subject, data, reply, headers }: ClientMessage): void => {
      read += 1;
      last = readAckSubject(reply)?.sequence ?? 0;
      const key = recordKeyOf(subject.slice(this.prefix.length));
      records.delete(key); // It may have been read already.
      if (!isDeletion(headers)) records.set(key, { key, value: data, version: last });
    };
    await readSubject(this.reader, this.store, filter, take, { ...options, isRewritten: true });
    return { records: [...records.values()], last, read };
  }

  private async entry(key: string): Promise<BucketEntry | undefined> {
    const entry = await this.store.last(this.subject(key));
    return entry && toBucketEntry(entry);
  }

  /**
   * Writes a change. If it was re-sent after a lost acknowledgement, nats-server 2.10 deduplicates it by its id, but 2.15 checks the
   * expected revision first and refuses it: then the last message has its id.
   */
  private async change(key: string, value: Uint8Array, headers: HeaderBlock): Promise<number | undefined> {
    const subject = this.subject(key);
    const id = `${this.session}-${++this.changes}`;
    const revision = await this.store.store(subject, value, headers.set(MESSAGE_ID, id));
    if (revision !== undefined) return revision;
    const last = await this.store.last(subject);
    return last?.headers.includes(`${MESSAGE_ID}: ${id}\r\n`) === true ? last.sequence : undefined;
  }

  private subject(key: string): string {
    return this.prefix + recordTokens(key);
  }
}
