import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What a process is told on its command line, by the conductor or by hand. */
export interface NodeSettings {
  /** Its scheme says which engine it is for. */
  readonly brokerUrl: string;
  readonly namespace: string;
  readonly nodeId: string;
  /** Where the process writes its effects down. */
  readonly ledgerFile: string;
  /** Where the gateway serves HTTP. */
  readonly port: number;
  /** How long the claim of a silent process keeps its command from running again, in milliseconds. */
  readonly leaseMs: number;
  /** Where the process serves its metrics; undefined for nowhere. */
  readonly metricsPort?: number | undefined;
  /** The address it serves them on; undefined for the loopback interface. */
  readonly metricsHost?: string | undefined;
}

/** Whether an address is that of a Redis server. */
export function isForRedis(brokerUrl: string): boolean {
  return /^rediss?:/.test(brokerUrl);
}

/** The command line for {@link readNodeSettings}. */
export function toArguments({ brokerUrl, namespace, nodeId, ledgerFile, ...rest }: NodeSettings): string[] {
  const { port, leaseMs, metricsPort, metricsHost } = rest;
  const broker = isForRedis(brokerUrl) ? { redis: brokerUrl } : { nats: brokerUrl };
  const named = { ...broker, namespace, node: nodeId, ledger: ledgerFile, port, 'lease-ms': leaseMs };
  const metrics = { 'metrics-port': metricsPort, 'metrics-host': metricsHost };
  return Object.entries({ ...named, ...metrics }).flatMap(([name, value]) =>
    value === undefined ? [] : `--${name}=${value}`,
  );
}

/** What a process that is started by hand goes by: the NATS of `docker-compose.yml`. */
const BY_HAND = {
  nats: 'nats://localhost:4222',
  namespace: 'cluster-demo',
  port: '3000',
  'lease-ms': '3000',
};

/** What the command line says, `nodeId` where it does not name the node. Throws if something is unknown. */
export function readNodeSettings(nodeId: string, args = process.argv.slice(2)): NodeSettings {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      nats: text,
      redis: text,
      namespace: text,
      node: text,
      ledger: text,
      port: text,
      'lease-ms': text,
      'metrics-port': text,
      'metrics-host': text,
    },
  });
  const {
    nats,
    redis,
    namespace,
    node,
    ledger,
    port,
    'lease-ms': leaseMs,
    'metrics-port': metricsPort,
    'metrics-host': metricsHost,
  } = { ...BY_HAND, node: nodeId, ...values };
  return {
    brokerUrl: redis ?? nats,
    namespace,
    nodeId: node,
    ledgerFile: ledger ?? join(tmpdir(), `catga-${node}.ledger`),
    port: Number(port),
    leaseMs: Number(leaseMs),
    metricsPort: metricsPort === undefined ? undefined : Number(metricsPort),
    metricsHost,
  };
}
