import { joinedKey } from '@catga/core/engine';
import type { Inbox, MessageIdentity } from '@catga/core/engine';
import type { Bucket } from '../jetstream/bucket.js';
import type { ServerClock } from '../jetstream/server-clock.js';
import { recordKey } from '../records/record-key.js';

/** Inbox in a bucket: a key per success; its value is the time to live in milliseconds after the server's timestamp. */
export class NatsInbox implements Inbox {
  constructor(
    private readonly bucket: Bucket,
    private readonly serverClock: ServerClock,
  ) {}

  async has(subscription: string, message: MessageIdentity): Promise<boolean> {
    const entry = await this.bucket.get(keyOf(subscription, message));
    if (entry === undefined) return false;
    const ttlMs = Number(new TextDecoder().decode(entry.value));
    return entry.storedAtMs + ttlMs > (await this.serverClock.now());
  }

  async add(subscription: string, message: MessageIdentity, ttlMs: number): Promise<void> {
    await this.bucket.keepFor(ttlMs);
    await this.bucket.put(keyOf(subscription, message), new TextEncoder().encode(String(ttlMs)));
  }
}

function keyOf(subscription: string, { name, messageId }: MessageIdentity): string {
  return recordKey(joinedKey(subscription, name, messageId));
}
