import type { Inbox, MessageIdentity } from '@catga/core/engine';
import type { KeySpace } from '../connection/key-space.js';
import type { RedisSession } from '../connection/redis-session.js';
import { keepMark } from '../connection/scripts/keep-mark.lua.js';

/** Inbox: a key with a time to live per success. */
export class RedisInbox implements Inbox {
  constructor(
    private readonly session: RedisSession,
    private readonly keys: KeySpace,
  ) {}

  async has(subscription: string, message: MessageIdentity): Promise<boolean> {
    const key = this.keys.success(subscription, message);
    return (await this.session.ask((client) => client.exists(key))) > 0;
  }

  async add(subscription: string, message: MessageIdentity, ttlMs: number): Promise<void> {
    const key = this.keys.success(subscription, message);
    await this.session.run(keepMark, [key], [Math.ceil(ttlMs)]);
  }
}
