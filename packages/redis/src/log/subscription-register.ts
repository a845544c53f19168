import type { DurableSubscription } from '@catga/core';
import type { SubscriptionRegister } from '@catga/core/engine';
import { listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { queueKeys, queuesKey, usedQueuesKey } from './queue-keys.js';
import { countEntries } from './scripts/count-entries.lua.js';
import { dropSubscription } from './scripts/drop-subscription.lua.js';

/** Maximum number of entries per script, so that it does not block the server. */
const ENTRIES_LOOKED_AT = 256;
const BYTES_LOOKED_AT = 1024 * 1024;

/** Register of the log's subscriptions. */
export class RedisSubscriptionRegister implements SubscriptionRegister {
  constructor(
    private readonly session: RedisSession,
    private readonly prefix: string,
  ) {}

  async list(): Promise<readonly DurableSubscription[]> {
    const { session, prefix } = this;
    const kinds = await session.ask((client) => client.hgetall(queuesKey(prefix)));
    return Promise.all(
      Object.entries(kinds).map(async ([id, kind]) => {
        const { names, entries, back } = queueKeys(prefix, id);
        const [found, counts] = await Promise.all([
          session.ask((client) => client.smembers(names)),
          session.run(countEntries, [entries, back], [ENTRIES_LOOKED_AT, BYTES_LOOKED_AT]),
        ]);
        const [waiting = 0, delayed = 0, handling = 0] = listOf(counts).map(numberOf);
        const lag = { due: waiting - delayed - handling, delayed, handling, oldestDueMs: undefined };
        return { id, kind: kind === 'command' ? 'command' : 'event', names: found.toSorted(), waiting, lag };
      }),
    );
  }

  /** Drops a subscription. A node that still handles it recreates it, empty. */
  async drop(id: string): Promise<boolean> {
    const { entries, names, back } = queueKeys(this.prefix, id);
    const keys = [entries, names, back, queuesKey(this.prefix), usedQueuesKey(this.prefix)];
    return numberOf(await this.session.run(dropSubscription, keys, [id])) > 0;
  }
}
