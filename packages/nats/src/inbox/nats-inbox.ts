import type { Inbox } from '@catga/core/engine';
import type { Bucket } from '../jetstream/bucket.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import { recordKey } from '../records/record-key.js';

/** A key for each success in a bucket; its value says for how many milliseconds it counts after the server's stamp. */
export class NatsInbox implements Inbox {
  constructor(
    private readonly bucket: Bucket,
    private readonly serverClock: ServerClock,
  ) {}

  async has(subscription: string, messageId: string): Promise<boolean> {
    const entry = await this.bucket.get(keyOf(subscription, messageId));
    if (entry === undefined) return false;
    const ttlMs = Number(new TextDecoder().decode(entry.value));
    return entry.storedAtMs + ttlMs > (await this.serverClock.now());
  }

  async add(subscription: string, messageId: string, ttlMs: number): Promise<void> {
    await this.bucket.keepFor(ttlMs);
    await this.bucket.put(keyOf(subscription, messageId), new TextEncoder().encode(String(ttlMs)));
  }
}

/** Quoted, which tells where the one ends and the other begins, whatever they are made of. */
function keyOf(subscription: string, messageId: string): string {
  return recordKey(JSON.stringify([subscription, messageId]));
}
