import { wrongCursor } from '@catga/core/engine';
import type { PagedRecordStore, RecordPage, VersionedRecord } from '@catga/core/engine';
import { tooLarge } from '../connection/broker-errors.js';
import { RECORD_PARTS } from '../connection/key-space.js';
import type { KeySpace } from '../connection/key-space.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { listLaneRecords } from './scripts/list-lane-records.lua.js';
import { writeLaneRecord } from './scripts/write-lane-record.lua.js';

const MAX_VALUE_BYTES = 8 * 1024 * 1024;

/** Records in hashes, one for each part, each in its own slot. */
export class RedisLaneRecords implements PagedRecordStore {
  readonly maxValueBytes = MAX_VALUE_BYTES;

  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
    private readonly partKey = (part: number): string => keys.laneRecords(part),
  ) {}

  async read(key: string): Promise<VersionedRecord | undefined> {
    const part = this.partOf(key);
    const [version, value] = await this.session.ask((client) =>
      client.hmgetBuffer(part, `#${key}`, `=${key}`),
    );
    if (version === null || version === undefined) return undefined;
    return { key, version: Number(version.toString()), value: value ?? Buffer.alloc(0) };
  }

  async list(prefix: string): Promise<readonly VersionedRecord[]> {
    const parts = Array.from({ length: RECORD_PARTS }, (_, part) => this.partKey(part));
    const replies = await Promise.all(
      parts.map((part) => this.session.run(listLaneRecords, [part], [prefix])),
    );
    const found: VersionedRecord[] = [];
    for (const reply of replies.map(listOf))
      for (let at = 0; at < reply.length; at += 3)
        found.push({
          key: bytesOf(reply[at]).toString(),
          version: Number(bytesOf(reply[at + 1]).toString()),
          value: bytesOf(reply[at + 2]),
        });
    return found;
  }

  /** Page of records. Scans one part after another; each step scans about as many records as a page may have. */
  async page(prefix: string, limit: number, after = '0:0'): Promise<RecordPage> {
    if (!/^\d+:\d+$/.test(after)) throw wrongCursor(after);
    const records: VersionedRecord[] = [];
    const pattern = `#${prefix.replaceAll(/[*?[\]\\^-]/g, String.raw`\$&`)}*`;
    let [part = 0, cursor = 0] = after.split(':').map(Number);
    for (let steps = 0; part < RECORD_PARTS && records.length < limit && steps < RECORD_PARTS; steps++) {
      const hash = this.partKey(part);
      const [next, found] = await this.session.ask((client) =>
        client.hscan(hash, cursor, 'MATCH', pattern, 'COUNT', 2 * limit),
      );
      const keys = found.filter((_, at) => at % 2 === 0).map((field) => field.slice(1));
      records.push(...(await this.readAll(hash, keys)));
      cursor = Number(next);
      if (cursor === 0) part += 1;
    }
    return { records, next: part < RECORD_PARTS ? `${part}:${cursor}` : undefined };
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<number | undefined> {
    if (value.byteLength > MAX_VALUE_BYTES) throw tooLarge('A record', value.byteLength, MAX_VALUE_BYTES);
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const version = numberOf(
      await this.session.run(writeLaneRecord, [this.partOf(key)], [key, expected, bytes]),
    );
    return version === 0 ? undefined : version;
  }

  async remove(key: string, expected: number): Promise<boolean> {
    if (expected === 0) return false;
    return numberOf(await this.session.run(writeLaneRecord, [this.partOf(key)], [key, expected])) > 0;
  }

  private async readAll(hash: string, keys: readonly string[]): Promise<readonly VersionedRecord[]> {
    if (keys.length === 0) return [];
    const fields = keys.flatMap((key) => [`#${key}`, `=${key}`]);
    const values = await this.session.ask((client) => client.hmgetBuffer(hash, ...fields));
    return keys.flatMap((key, index) => {
      const [version, value] = values.slice(2 * index);
      return version === null || version === undefined
        ? [] // It was removed meanwhile.
        : [{ key, version: Number(version.toString()), value: value ?? Buffer.alloc(0) }];
    });
  }

  private partOf(key: string): string {
    return this.partKey(this.keys.recordPart(key));
  }
}
