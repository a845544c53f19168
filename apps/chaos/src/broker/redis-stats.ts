import { LOOPBACK } from '@catga/servers';
import { Redis } from 'ioredis';
import type { BrokerStats } from './broker.js';

/** What a Redis server holds. What waits in lanes is known to subscriptions, and their frames stay until they are trimmed. */
export async function redisStats(port: number): Promise<BrokerStats> {
  const client = new Redis(port, LOOPBACK);
  try {
    const [, keys = '0', expires = '0'] =
      /^db0:keys=(\d+),expires=(\d+)/m.exec(await client.info('keyspace')) ?? [];
    let [consumers, pending] = [0, 0];
    for await (const found of client.scanStream({ type: 'stream', match: '*:entries:*', count: 1000 })) {
      for (const stream of found as readonly string[]) {
        const groups = (await client.xinfo('GROUPS', stream)) as readonly (readonly unknown[])[];
        if (groups.length === 0) continue;
        pending += await client.xlen(stream);
        for (const group of groups) consumers += Number(group[group.indexOf('consumers') + 1]);
      }
    }
    return { stores: Number(keys) - Number(expires), consumers, pending };
  } finally {
    client.disconnect();
  }
}

/** Lets it have no more bytes than it has. It forgets nothing for want of memory. */
export async function limitMemory(port: number): Promise<void> {
  const client = new Redis(port, LOOPBACK);
  try {
    const [, used] = /^used_memory:(\d+)/m.exec(await client.info('memory')) ?? [];
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'maxmemory', Number(used));
  } finally {
    client.disconnect();
  }
}

/** Lets a user, whose password is its name, do everything, or all but what needs channels. */
export async function permitNodes(port: number, user: string, isEverything: boolean): Promise<void> {
  const client = new Redis(port, LOOPBACK);
  try {
    const channels = isEverything ? '&*' : 'resetchannels';
    await client.call('ACL', 'SETUSER', user, 'on', `>${user}`, '~*', '+@all', channels);
  } finally {
    client.disconnect();
  }
}
