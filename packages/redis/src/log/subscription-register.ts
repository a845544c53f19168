import type { DurableSubscription } from '@catga/core';
import type { SubscriptionRegister } from '@catga/core/engine';
import { numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { queueKeys, queuesKey, usedQueuesKey } from './queue-keys.js';
import { dropSubscription } from './scripts/drop-subscription.lua.js';

/** What the log remembers of its subscriptions. */
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
        const keys = queueKeys(prefix, id);
        const [names, waiting] = await Promise.all([
          session.ask((client) => client.smembers(keys.names)),
          session.ask((client) => client.xlen(keys.entries)),
        ]);
        return { id, kind: kind === 'command' ? 'command' : 'event', names: names.toSorted(), waiting };
      }),
    );
  }

  /** A node that still handles it makes it anew, empty. */
  async drop(id: string): Promise<boolean> {
    const { entries, names, back } = queueKeys(this.prefix, id);
    const keys = [entries, names, back, queuesKey(this.prefix), usedQueuesKey(this.prefix)];
    return numberOf(await this.session.run(dropSubscription, keys, [id])) > 0;
  }
}
