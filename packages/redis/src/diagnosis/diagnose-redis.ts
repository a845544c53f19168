import { toError } from '@catga/core/engine';
import type { BrokerFinding, Clock } from '@catga/core/engine';
import { openClients } from '../connection/open-clients.js';
import type { Clients } from '../connection/open-clients.js';
import type { RedisClient } from '../connection/redis-client.js';
import { risksOfSettings } from '../connection/server-settings.js';
import type { ResolvedRedisOptions } from '../options/resolve-redis-options.js';

/** Share of `maxmemory` from which a server counts as full. */
const FULL_SHARE = 0.9;

/** Examines a server, or the cluster of one. Changes nothing; never rejects. */
export async function diagnoseRedis(
  options: ResolvedRedisOptions,
  clock: Clock,
): Promise<readonly BrokerFinding[]> {
  let clients: Clients;
  try {
    const own = { ...options, waitOnStart: false };
    clients = await openClients(own, { nodeId: 'catga-doctor', clock });
  } catch (thrown) {
    return [unreachable(toError(thrown))];
  }
  const { client, subscriber } = clients;
  try {
    const found = await Promise.all([settings(client), memory(client)]);
    return found.flat();
  } catch (thrown) {
    return [unreachable(toError(thrown))];
  } finally {
    subscriber.disconnect();
    client.disconnect();
  }
}

async function settings(client: RedisClient): Promise<readonly BrokerFinding[]> {
  const risks = await risksOfSettings(client);
  if (risks !== undefined) return risks.map((risk) => ({ ...risk, severity: 'error', subject: 'Redis' }));
  return [
    {
      code: 'redis-unknown-settings',
      severity: 'warning',
      subject: 'Redis',
      text: 'Could not check the durability of Redis.',
      remedy: 'Permit CONFIG GET or INFO, or check appendonly and maxmemory-policy by hand.',
    },
  ];
}

async function memory(client: RedisClient): Promise<readonly BrokerFinding[]> {
  const info = await client.info('memory').catch(() => ''); // May not be permitted.
  const valueOf = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const [used, most] = [valueOf('used_memory'), valueOf('maxmemory')];
  if (most === 0 || used < most * FULL_SHARE) return [];
  return [
    {
      code: 'redis-full',
      severity: 'error',
      subject: 'Redis',
      text: `Redis uses ${used} of at most ${most} bytes: at the limit publishers are refused with CATGA_OVERLOADED.`,
      remedy: 'Raise maxmemory; look for subscriptions with a backlog (catga subs ls); lower keptEvents.',
    },
  ];
}

function unreachable({ message }: Error): BrokerFinding {
  const isAuthorization = /WRONGPASS|NOAUTH|invalid (username|password)/i.test(message);
  return {
    code: isAuthorization ? 'redis-credentials' : 'redis-unreachable',
    severity: 'error',
    subject: 'Redis',
    text: message,
    remedy: isAuthorization
      ? 'Check user and password.'
      : 'Check the address, the network, TLS, and whether the server runs, is a primary and is new enough.',
  };
}
