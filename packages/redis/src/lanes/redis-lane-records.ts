import type { RecordStore, VersionedRecord } from '@catga/core/engine';
import { tooLarge } from '../connection/broker-errors.js';
import { RECORD_PARTS } from '../connection/key-space.js';
import type { KeySpace } from '../connection/key-space.js';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { listLaneRecords } from './scripts/list-lane-records.lua.js';
import { writeLaneRecord } from './scripts/write-lane-record.lua.js';

const MAX_VALUE_BYTES = 8 * 1024 * 1024;

/** Lane records in hashes, one for each part, each in a slot of its own. */
export class RedisLaneRecords implements RecordStore {
  readonly maxValueBytes = MAX_VALUE_BYTES;

  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
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
    const parts = Array.from({ length: RECORD_PARTS }, (_, part) => this.keys.laneRecords(part));
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

  private partOf(key: string): string {
    return this.keys.laneRecords(this.keys.recordPart(key));
  }
}
