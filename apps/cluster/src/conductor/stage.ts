import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveDashboard } from '@catga/dashboard/standalone';
import type { StandaloneDashboard } from '@catga/dashboard/standalone';
import { freePort, LOOPBACK } from '@catga/servers';
import { engineFor } from '../node/cluster-module.js';
import { openBroker } from './broker.js';
import { Cluster, WORKERS } from './cluster.js';
import { CommandClient } from './command-client.js';
import type { ConductorOptions } from './conductor-options.js';
import { LedgerReader } from './ledger-reader.js';
import { SteadyLoad } from './steady-load.js';
import { Tally } from './tally.js';

/** The gateway and the workers. */
const PROCESSES = 1 + WORKERS.length;
const EVERYWHERE = '0.0.0.0';

/** Everything that runs, and everything that is counted. */
export interface Stage {
  readonly brokerUrl: string;
  readonly gatewayUrl: URL;
  readonly dashboardUrl: string;
  /** Where metrics are served: `host:port`. */
  readonly metrics: readonly string[];
  readonly cluster: Cluster;
  readonly load: SteadyLoad;
  readonly tally: Tally;
  readonly ledgers: LedgerReader;
  /** Stops every process and removes every file. */
  close(): Promise<void>;
}

/** Starts the broker and the cluster, without load yet. */
export async function openStage({ engine, rate, port, metricsPort }: ConductorOptions): Promise<Stage> {
  // A namespace of its own: two demos on one broker do not meet.
  const namespace = `cluster-demo-${randomUUID().slice(0, 8)}`;
  const broker = await openBroker(engine, namespace);
  const directory = mkdtempSync(join(tmpdir(), 'catga-cluster-'));
  const gatewayUrl = new URL(`http://${LOOPBACK}:${port === 0 ? await freePort() : port}`);
  const isPublic = metricsPort !== 0;
  const metricsPorts = isPublic
    ? Array.from({ length: PROCESSES }, (_, index) => metricsPort + index)
    : await Promise.all(Array.from({ length: PROCESSES }, () => freePort()));
  const cluster = new Cluster({
    brokerUrl: broker.url,
    namespace,
    directory,
    gatewayUrl,
    metricsPorts,
    metricsHost: isPublic ? EVERYWHERE : undefined,
  });
  let dashboard: StandaloneDashboard | undefined;
  const killAtOnce = (): void => cluster.killAtOnce();
  process.once('exit', killAtOnce);
  const close = async (): Promise<void> => {
    try {
      await dashboard?.close();
      await cluster.stop();
    } finally {
      cluster.killAtOnce();
      process.off('exit', killAtOnce);
      await broker.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  };
  try {
    await cluster.start();
    dashboard = await serveDashboard({ engine: engineFor(broker.url), namespace });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const tally = new Tally();
  const load = new SteadyLoad(new CommandClient(gatewayUrl, tally), rate);
  return {
    brokerUrl: broker.url,
    gatewayUrl,
    dashboardUrl: dashboard.url,
    metrics: metricsPorts.map((one) => `${LOOPBACK}:${one}`),
    cluster,
    load,
    tally,
    ledgers: new LedgerReader(directory),
    close,
  };
}
