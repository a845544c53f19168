import type { Inbox } from '../ports/inbox.js';
import { ExpiringMap } from './expiring-map.js';

/** The record of handled messages of one namespace. */
export class MemoryInbox implements Inbox {
  private readonly successes: ExpiringMap<true>;

  constructor(monotonicMs: () => number) {
    this.successes = new ExpiringMap(monotonicMs);
  }

  has(subscription: string, messageId: string): Promise<boolean> {
    return Promise.resolve(this.successes.get(keyOf(subscription, messageId)) === true);
  }

  add(subscription: string, messageId: string, ttlMs: number): Promise<void> {
    this.successes.set(keyOf(subscription, messageId), true, ttlMs);
    return Promise.resolve();
  }
}

/** The length tells where the one ends and the other begins, whatever they are made of. */
function keyOf(subscription: string, messageId: string): string {
  return `${subscription.length}:${subscription}${messageId}`;
}
