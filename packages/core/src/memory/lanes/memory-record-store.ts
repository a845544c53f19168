import type { PagedRecordStore, RecordPage, VersionedRecord } from '../../ports/record-store.js';
import { wrongCursor } from '../../reliability/page-cursor.js';

/** Record store in a map, in the order of the writes. Versions are never reused. */
export class MemoryRecordStore implements PagedRecordStore {
  readonly maxValueBytes = 1024 * 1024;
  private readonly records = new Map<string, VersionedRecord>();
  private lastVersion = 0;

  read(key: string): Promise<VersionedRecord | undefined> {
    return Promise.resolve(this.records.get(key));
  }

  list(prefix: string): Promise<readonly VersionedRecord[]> {
    const found: VersionedRecord[] = [];
    for (const record of this.records.values()) if (record.key.startsWith(prefix)) found.push(record);
    return Promise.resolve(found);
  }

  write(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    if ((this.records.get(key)?.version ?? 0) !== expected) return Promise.resolve(undefined);
    const version = ++this.lastVersion;
    this.records.delete(key);
    this.records.set(key, { key, value, version });
    return Promise.resolve(version);
  }

  remove(key: string, expected: number): Promise<boolean> {
    if (this.records.get(key)?.version !== expected) return Promise.resolve(false);
    return Promise.resolve(this.records.delete(key));
  }

  async page(prefix: string, limit: number, after = '0'): Promise<RecordPage> {
    if (!/^\d+$/.test(after)) throw wrongCursor(after);
    const records: VersionedRecord[] = [];
    for (const record of this.records.values()) {
      if (record.version <= Number(after) || !record.key.startsWith(prefix)) continue;
      if (records.length === limit) return { records, next: String(records.at(-1)?.version) };
      records.push(record);
    }
    return { records, next: undefined };
  }

  /** Loses everything, as a broker without a disk does when it restarts. */
  forget(): void {
    this.records.clear();
  }
}
