import { lineOf, outboxBytes, OutboxQuota } from '@catga/core/engine';
import type {
  OutboxCounts,
  OutboxEntry,
  OutboxMessage,
  OutboxState,
  OutboxStore,
  StoredMessage,
} from '@catga/core';
import { damagedError } from './damage.js';
import type { ResolvedFileOutboxOptions } from './file-outbox-options.js';
import type { Database } from './open-database.js';
import { decodeRecord, encodeRecord } from './outbox-record.js';
import { WriteQueue } from './write-queue.js';

/** Index data of an entry. */
interface Known {
  state: OutboxState;
  readonly bytes: number;
  isRemoved: boolean;
}

type Operation =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      readonly isNew: boolean;
    }
  | { readonly type: 'del'; readonly key: string };

/** Number of bytes of messages read at a time. */
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Entries of one namespace, by increasing id. Each write also stores the resulting number of entries, so that a lost record is detected
 * when the outbox is opened.
 */
export class FileOutboxStore implements OutboxStore {
  /** Entries on disk, in order. */
  private readonly index = new Map<string, Known>();
  private readonly quota: OutboxQuota;
  private readonly writes = new WriteQueue<Operation>((operations, sync) => this.write(operations, sync));
  private entries = 0;
  private lastId = 0;

  private constructor(
    private readonly database: Database,
    private readonly namespace: string,
    private readonly options: ResolvedFileOutboxOptions,
  ) {
    this.quota = new OutboxQuota(options);
  }

  /** Reads all entries once. `CATGA_CONFIGURATION` if anything is corrupt. */
  static async load(
    database: Database,
    namespace: string,
    options: ResolvedFileOutboxOptions,
  ): Promise<FileOutboxStore> {
    const store = new FileOutboxStore(database, namespace, options);
    await store.read();
    return store;
  }

  async add(messages: readonly OutboxMessage[]): Promise<void> {
    const sizes = messages.map(outboxBytes);
    this.quota.take(sizes);
    // Ids continue from the time, so that they are not reused after the outbox was empty.
    this.lastId = Math.max(this.lastId, Date.now() * 1000);
    const ids = messages.map(() => idOf(++this.lastId));
    try {
      const records = messages.map(encodeRecord);
      const operations = records.map((value, i) => this.put(ids[i] ?? '', value, true));
      await this.writes.add({ operations, sync: true });
    } catch (thrown) {
      for (const bytes of sizes) this.quota.giveBack(bytes);
      throw thrown;
    }
    ids.forEach((id, i) => this.index.set(id, { state: 'waiting', bytes: sizes[i] ?? 0, isRemoved: false }));
  }

  async list(state: OutboxState, limit: number, after = ''): Promise<readonly OutboxEntry[]> {
    const ids: string[] = [];
    let bytes = 0;
    for (const [id, known] of this.index) {
      if (known.state !== state || known.isRemoved || id <= after) continue;
      bytes += known.bytes;
      if (ids.length >= limit || (ids.length > 0 && bytes > PAGE_BYTES)) break;
      ids.push(id);
    }
    const records = await this.database.getMany(ids.map((id) => this.keyOf(id)));
    // Omits entries that were removed meanwhile.
    return records.flatMap((record, i) => (record === undefined ? [] : [this.decode(ids[i] ?? '', record)]));
  }

  /** Removes entries without a flush: one that a power failure restores is sent again under its id. */
  async remove(ids: readonly string[]): Promise<void> {
    const gone = ids.flatMap((id) => {
      const known = this.index.get(id);
      if (known === undefined || known.isRemoved) return [];
      known.isRemoved = true;
      return [{ id, known }];
    });
    if (gone.length === 0) return;
    try {
      await this.writes.add({
        operations: gone.map(({ id }) => ({ type: 'del', key: this.keyOf(id) })),
        sync: false,
      });
    } catch (thrown) {
      for (const { known } of gone) known.isRemoved = false;
      throw thrown;
    }
    for (const { id, known } of gone) {
      this.index.delete(id);
      this.quota.giveBack(known.bytes);
    }
  }

  async park(id: string, failure: StoredMessage['history'][number]): Promise<void> {
    const record = await this.database.get(this.keyOf(id));
    const known = this.index.get(id);
    if (record === undefined || known === undefined || known.isRemoved) return;
    const value = encodeRecord({ ...this.decode(id, record), failure });
    await this.writes.add({ operations: [this.put(id, value, false)], sync: true });
    known.state = 'parked';
  }

  async count(): Promise<OutboxCounts> {
    const counts = { waiting: 0, parked: 0 };
    for (const { state, isRemoved } of this.index.values()) if (!isRemoved) counts[state]++;
    return counts;
  }

  async close(): Promise<void> {
    await this.writes.idle();
    await this.database.close();
  }

  private async write(operations: readonly Operation[], sync: boolean): Promise<void> {
    let entries = this.entries;
    for (const operation of operations) {
      if (operation.type === 'del') entries--;
      else if (operation.isNew) entries++;
    }
    const count = { type: 'put' as const, key: this.countKey, value: Buffer.from(String(entries)) };
    await this.database.batch([...operations, count], { sync });
    this.entries = entries;
  }

  private async read(): Promise<void> {
    const { database, namespace } = this;
    const prefix = `${namespace}/`;
    for await (const [key, record] of database.iterator({ gt: prefix, lt: `${namespace}0` })) {
      const id = key.slice(prefix.length);
      const entry = this.decode(id, record);
      const bytes = outboxBytes(entry);
      const state = entry.failure === undefined ? 'waiting' : 'parked';
      this.index.set(id, { state, bytes, isRemoved: false });
      this.quota.occupy(bytes);
      this.lastId = Number(id);
    }
    const count = await database.get(this.countKey);
    this.entries = count === undefined ? 0 : Number(Buffer.from(count).toString());
    if (this.entries !== this.index.size)
      throw damagedError(this.options.path, `it has ${this.index.size} of ${this.entries} messages`);
  }

  private decode(id: string, record: Uint8Array): OutboxEntry {
    try {
      return decodeRecord(id, record);
    } catch (thrown) {
      throw damagedError(this.options.path, lineOf(thrown), thrown);
    }
  }

  private put(id: string, value: Uint8Array, isNew: boolean): Operation {
    return { type: 'put', key: this.keyOf(id), value, isNew };
  }

  private keyOf(id: string): string {
    return `${this.namespace}/${id}`;
  }

  private get countKey(): string {
    return `${this.namespace}!count`;
  }
}

/** Id of fixed length, so that ids sort like their numbers. */
function idOf(sequence: number): string {
  return String(sequence).padStart(16, '0');
}
