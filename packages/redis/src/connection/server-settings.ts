import { isClusterClient } from './redis-client.js';
import type { RedisClient } from './redis-client.js';

/** Server settings that affect durability. */
interface Settings {
  readonly appendOnly: boolean;
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
  const servers = isClusterClient(client) ? client.nodes('master') : [client];
  const found = await Promise.all(servers.map((server) => settingsOf(server)));
  const risks = new Set<string>();
  for (const settings of found) {
    if (settings === undefined)
      return 'Whether Redis keeps what it stores could not be checked: this user may run neither CONFIG GET nor INFO.';
    for (const risk of risksOf(settings)) risks.add(risk);
  }
  if (risks.size === 0) return undefined;
  return `Redis may lose messages that it has acknowledged: ${[...risks].join('; ')}.`;
}

function risksOf({ appendOnly, hasSnapshots, maxMemory, policy }: Settings): readonly string[] {
  const risks: string[] = [];
  if (!appendOnly) {
    const lost = hasSnapshots === false ? 'everything' : 'what was stored since the last snapshot';
    risks.push(`appendonly is 'no', so ${lost} is gone when the server ends: set appendonly yes`);
  }
  if (maxMemory > 0 && policy !== '' && policy !== 'noeviction')
    risks.push(`maxmemory-policy is '${policy}', which removes keys to make room: set it to noeviction`);
  return risks;
}

type Server = ReturnType<Extract<RedisClient, { nodes: unknown }>['nodes']>[number];

async function settingsOf(server: Server): Promise<Settings | undefined> {
  return (await configured(server)) ?? (await told(server));
}

async function configured(server: Server): Promise<Settings | undefined> {
  try {
    const [appendOnly, save, maxMemory, policy] = await Promise.all(
      ['appendonly', 'save', 'maxmemory', 'maxmemory-policy'].map(async (name) => {
        const [, value] = (await server.config('GET', name)) as readonly string[];
        return value;
      }),
    );
    if (appendOnly === undefined || policy === undefined) return undefined;
    const hasSnapshots = save === undefined ? undefined : save !== '';
    return { appendOnly: appendOnly !== 'no', hasSnapshots, maxMemory: Number(maxMemory ?? 0), policy };
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
      hasSnapshots: undefined,
      maxMemory: Number(valueOf('maxmemory') ?? 0),
      policy: valueOf('maxmemory_policy') ?? '',
    };
  } catch {
    return undefined;
  }
}
