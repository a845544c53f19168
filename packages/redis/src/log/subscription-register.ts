import type { DurableSubscription } from '@catga/core';
import type { SubscriptionRegister } from '@catga/core/engine';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { RedisSession } from '../connection/redis-session.js';
import { dropSubscription } from './scripts/drop-subscription.lua.js';
import { listSubscriptions } from './scripts/list-subscriptions.lua.js';

const PER_SUBSCRIPTION = 4;

/** What the log remembers of its subscriptions. */
export class RedisSubscriptionRegister implements SubscriptionRegister {
  constructor(
    private readonly session: RedisSession,
    private readonly prefix: string,
  ) {}

  async list(): Promise<readonly DurableSubscription[]> {
    const reply = listOf(await this.session.run(listSubscriptions, [this.prefix]));
    const listed: DurableSubscription[] = [];
    for (let at = 0; at + PER_SUBSCRIPTION <= reply.length; at += PER_SUBSCRIPTION) {
      const names = listOf(reply[at + 2]).map((name) => bytesOf(name).toString());
      listed.push({
        id: bytesOf(reply[at]).toString(),
        kind: bytesOf(reply[at + 1]).toString() === 'command' ? 'command' : 'event',
        names: names.toSorted(),
        waiting: numberOf(reply[at + 3]),
      });
    }
    return listed;
  }

  /** A node that still handles it makes it anew, empty. */
  async drop(id: string): Promise<boolean> {
    return numberOf(await this.session.run(dropSubscription, [this.prefix], [id])) > 0;
  }
}
