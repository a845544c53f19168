import type { Inbox } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import type { RedisSession } from '../connection/redis-session.js';
import { recordSuccess } from './scripts/record-success.lua.js';

/** A key for each success, which Redis forgets by itself. */
export class RedisInbox implements Inbox {
  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
  ) {}

  async has(subscription: string, messageId: string): Promise<boolean> {
    const key = this.keys.success(subscription, messageId);
    return (await this.session.ask((client) => client.exists(key))) > 0;
  }

  async add(subscription: string, messageId: string, ttlMs: number): Promise<void> {
    const key = this.keys.success(subscription, messageId);
    await this.session.run(recordSuccess, [key], [Math.ceil(ttlMs)]);
  }
}
