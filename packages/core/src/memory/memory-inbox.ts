import { joinedKey } from '../ids/joined-key.js';
import type { Inbox } from '../ports/inbox.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import type { Expiring } from './expiring-map.js';
import { ExpiringMap, expiryOf } from './expiring-map.js';

/** Handled messages of one namespace. */
export class MemoryInbox implements Inbox {
  private readonly successes: ExpiringMap<Expiring>;

  constructor(monotonicMs: () => number) {
    this.successes = new ExpiringMap(monotonicMs, expiryOf);
  }

  has(subscription: string, message: MessageIdentity): Promise<boolean> {
    return Promise.resolve(this.successes.get(keyOf(subscription, message)) !== undefined);
  }

  add(subscription: string, message: MessageIdentity, ttlMs: number): Promise<void> {
    this.successes.set(keyOf(subscription, message), { expiresAtMs: this.successes.expiry(ttlMs) });
    return Promise.resolve();
  }
}

function keyOf(subscription: string, { name, messageId }: MessageIdentity): string {
  return joinedKey(subscription, name, messageId);
}
