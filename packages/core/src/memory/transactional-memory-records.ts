import type { PagedRecordStore, RecordPage, VersionedRecord } from '../ports/record-store.js';
import { MemoryRecordStore } from './lanes/memory-record-store.js';
import type { MemoryTransactions } from './memory-transactions.js';

/** Records in memory that behave as those in a database: what a transaction has written, others wait for. */
export class TransactionalMemoryRecords implements PagedRecordStore {
  private readonly records = new MemoryRecordStore();
  /** Keys that an open transaction has written: when it ends. */
  private readonly written = new Map<string, { readonly by: object; readonly ended: Promise<void> }>();

  constructor(private readonly transactions: MemoryTransactions) {}

  get maxValueBytes(): number {
    return this.records.maxValueBytes;
  }

  async read(key: string): Promise<VersionedRecord | undefined> {
    await this.untilFree(key);
    return this.records.read(key);
  }

  list(prefix: string): Promise<readonly VersionedRecord[]> {
    return this.records.list(prefix);
  }

  page(prefix: string, limit: number, after?: string): Promise<RecordPage> {
    return this.records.page(prefix, limit, after);
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    await this.untilFree(key);
    const before = await this.records.read(key);
    const version = await this.records.write(key, value, expected);
    if (version !== undefined) this.enlist(key, before);
    return version;
  }

  async remove(key: string, expected: number): Promise<boolean> {
    await this.untilFree(key);
    const before = await this.records.read(key);
    const isRemoved = await this.records.remove(key, expected);
    if (isRemoved) this.enlist(key, before);
    return isRemoved;
  }

  private async untilFree(key: string): Promise<void> {
    const { current } = this.transactions;
    for (
      let other = this.written.get(key);
      other !== undefined && other.by !== current;
      other = this.written.get(key)
    )
      await other.ended;
  }

  /** Until the transaction ends nobody else sees the write; a rollback undoes it. */
  private enlist(key: string, before: VersionedRecord | undefined): void {
    const { current } = this.transactions;
    if (current === undefined || this.written.has(key)) return;
    let end = (): void => {};
    this.written.set(key, { by: current, ended: new Promise((resolve) => (end = resolve)) });
    const release = (): void => {
      this.written.delete(key);
      end();
    };
    current.enlist(release, () => void this.restore(key, before).then(release));
  }

  private async restore(key: string, before: VersionedRecord | undefined): Promise<void> {
    const version = (await this.records.read(key))?.version ?? 0;
    if (before === undefined) await this.records.remove(key, version);
    else await this.records.write(key, before.value, version);
  }
}
