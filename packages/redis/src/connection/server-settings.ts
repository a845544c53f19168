import { isClusterClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';

/** A setting that may lose messages. */
export interface SettingsRisk {
  readonly code: 'redis-no-append-only' | 'redis-seldom-synced' | 'redis-evicts';
  readonly text: string;
  readonly remedy: string;
}

/** Server settings that affect durability. */
interface Settings {
  readonly appendOnly: boolean;
  /** Undefined if unknown. */
  readonly sync: string | undefined;
  /** Undefined if unknown. */
  readonly hasSnapshots: boolean | undefined;
  /** 0 for no limit. */
  readonly maxMemory: number;
  readonly policy: string;
}

/**
 * Checks the settings of a server, or of each primary of a cluster. Resolves with a warning for the operator if messages
 * may be lost, or the check is not permitted; undefined otherwise.
 */
export async function riskOfSettings(client: RedisClient): Promise<string | undefined> {
  const risks = await risksOfSettings(client);
  if (risks === undefined)
    return 'Could not check the durability of Redis: this user may run neither CONFIG GET nor INFO.';
  if (risks.length === 0) return undefined;
  const texts = new Set(risks.map(({ text, remedy }) => `${text}: ${remedy}`));
  return `Redis may lose messages that it has acknowledged: ${[...texts].join('; ')}.`;
}

/** Settings that may lose messages on a server, or on the primaries of a cluster; undefined if the check is not permitted. */
export async function risksOfSettings(client: RedisClient): Promise<readonly SettingsRisk[] | undefined> {
  const servers = isClusterClient(client) ? client.nodes('master') : [client];
  const risks: SettingsRisk[] = [];
  for (const settings of await Promise.all(servers.map((server) => settingsOf(server)))) {
    if (settings === undefined) return undefined;
    risks.push(...risksOf(settings));
  }
  return risks;
}

function risksOf({ appendOnly, sync, hasSnapshots, maxMemory, policy }: Settings): readonly SettingsRisk[] {
  const risks: SettingsRisk[] = [];
  if (!appendOnly) {
    const lost = hasSnapshots === false ? 'everything' : 'what was stored since the last snapshot';
    risks.push({
      code: 'redis-no-append-only',
      text: `appendonly is 'no', so ${lost} is gone when the server ends`,
      remedy: 'set appendonly yes',
    });
  } else if (sync === 'no') {
    risks.push({
      code: 'redis-seldom-synced',
      text: "appendfsync is 'no', so up to half a minute is gone when the machine ends",
      remedy: 'set appendfsync everysec or always',
    });
  }
  if (maxMemory > 0 && policy !== '' && policy !== 'noeviction')
    risks.push({
      code: 'redis-evicts',
      text: `maxmemory-policy is '${policy}', which removes keys to make room`,
      remedy: 'set it to noeviction',
    });
  return risks;
}

type Server = ReturnType<Extract<RedisClient, { nodes: unknown }>['nodes']>[number];

async function settingsOf(server: Server): Promise<Settings | undefined> {
  return (await configured(server)) ?? (await told(server));
}

async function configured(server: Server): Promise<Settings | undefined> {
  try {
    const [appendOnly, save, maxMemory, policy, sync] = await Promise.all(
      ['appendonly', 'save', 'maxmemory', 'maxmemory-policy', 'appendfsync'].map(async (name) => {
        const [, value] = (await server.config('GET', name)) as readonly string[];
        return value;
      }),
    );
    if (appendOnly === undefined || policy === undefined) return undefined;
    const hasSnapshots = save === undefined ? undefined : save !== '';
    return {
      appendOnly: appendOnly !== 'no',
      sync,
      hasSnapshots,
      maxMemory: Number(maxMemory ?? 0),
      policy,
    };
  } catch {
    return undefined; // Not permitted, or disabled by the provider.
  }
}

async function told(server: Server): Promise<Settings | undefined> {
  try {
    const info = `${await server.info('persistence')}\n${await server.info('memory')}`;
    const valueOf = (name: string): string | undefined => new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1];
    const appendOnly = valueOf('aof_enabled');
    if (appendOnly === undefined) return undefined;
    return {
      appendOnly: appendOnly === '1',
      sync: undefined,
      hasSnapshots: undefined,
      maxMemory: Number(valueOf('maxmemory') ?? 0),
      policy: valueOf('maxmemory_policy') ?? '',
    };
  } catch {
    return undefined;
  }
}
