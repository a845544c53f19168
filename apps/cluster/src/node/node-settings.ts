import { parseArgs } from 'node:util';

/** What the conductor tells a process on its command line. */
export interface NodeSettings {
  readonly natsUrl: string;
  readonly namespace: string;
  readonly nodeId: string;
  /** Where the process writes its effects down. */
  readonly ledgerFile: string;
  /** Where the gateway serves HTTP. */
  readonly port: number;
  /** How long the claim of a silent process keeps its command from running again, in milliseconds. */
  readonly leaseMs: number;
}

/** The command line for {@link readNodeSettings}. */
export function toArguments({ natsUrl, namespace, nodeId, ledgerFile, ...numbers }: NodeSettings): string[] {
  const { port, leaseMs } = numbers;
  const named = { nats: natsUrl, namespace, node: nodeId, ledger: ledgerFile, port, 'lease-ms': leaseMs };
  return Object.entries(named).map(([name, value]) => `--${name}=${value}`);
}

/** Throws if something is missing or unknown. */
export function readNodeSettings(args = process.argv.slice(2)): NodeSettings {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { nats: text, namespace: text, node: text, ledger: text, port: text, 'lease-ms': text },
  });
  const given = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`--${name} is missing; \`npm run cluster\` starts this process.`);
    return value;
  };
  return {
    natsUrl: given('nats'),
    namespace: given('namespace'),
    nodeId: given('node'),
    ledgerFile: given('ledger'),
    port: Number(given('port')),
    leaseMs: Number(given('lease-ms')),
  };
}
