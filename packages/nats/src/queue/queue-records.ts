import type { RecordStore } from '@catga/core/engine';
import { z } from 'zod';

/** Record of a command queue: its subscription, and the wire name of its command. */
export interface QueueRecord {
  readonly id: string;
  readonly name: string;
}

const PREFIX = 'queue/';
const schema = z.object({ id: z.string(), name: z.string() });

/** Records of the queues that nodes have subscribed to. */
export class QueueRecords {
  constructor(private readonly records: RecordStore) {}

  async ensure(queue: QueueRecord): Promise<void> {
    const key = keyOf(queue.id);
    if ((await this.records.read(key)) !== undefined) return;
    // Another node would have written the same.
    await this.records.write(key, new TextEncoder().encode(JSON.stringify(queue)), 0);
  }

  async all(): Promise<readonly QueueRecord[]> {
    const found = await this.records.list(PREFIX);
    return found.map(({ value }) => decode(value)).filter((queue) => queue !== undefined);
  }

  /** Removes a record. Resolves with it; undefined if there was none. */
  async forget(id: string): Promise<QueueRecord | undefined> {
    for (;;) {
      const record = await this.records.read(keyOf(id));
      if (record === undefined) return undefined;
      if (await this.records.remove(record.key, record.version)) return decode(record.value);
    }
  }
}

function decode(bytes: Uint8Array): QueueRecord | undefined {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined; // Not written by this version.
  }
}

function keyOf(id: string): string {
  return PREFIX + encodeURIComponent(id);
}
