import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, LOOPBACK } from '@catga/servers';
import { openBroker } from './broker.js';
import { Cluster } from './cluster.js';
import { CommandClient } from './command-client.js';
import type { ConductorOptions } from './conductor-options.js';
import { LedgerReader } from './ledger-reader.js';
import { SteadyLoad } from './steady-load.js';
import { Tally } from './tally.js';

/** Everything that runs, and everything that is counted. */
export interface Stage {
  readonly brokerUrl: string;
  readonly gatewayUrl: URL;
  readonly cluster: Cluster;
  readonly load: SteadyLoad;
  readonly tally: Tally;
  readonly ledgers: LedgerReader;
  /** Stops every process and removes every file. */
  close(): Promise<void>;
}

/** Starts the broker and the cluster, without load yet. */
export async function openStage({ engine, rate, port }: ConductorOptions): Promise<Stage> {
  // A namespace of its own: two demos on one broker do not meet.
  const namespace = `cluster-demo-${randomUUID().slice(0, 8)}`;
  const broker = await openBroker(engine, namespace);
  const directory = mkdtempSync(join(tmpdir(), 'catga-cluster-'));
  const gatewayUrl = new URL(`http://${LOOPBACK}:${port === 0 ? await freePort() : port}`);
  const cluster = new Cluster({ brokerUrl: broker.url, namespace, directory, gatewayUrl });
  const killAtOnce = (): void => cluster.killAtOnce();
  process.once('exit', killAtOnce);
  const close = async (): Promise<void> => {
    try {
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
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const tally = new Tally();
  const load = new SteadyLoad(new CommandClient(gatewayUrl, tally), rate);
  return {
    brokerUrl: broker.url,
    gatewayUrl,
    cluster,
    load,
    tally,
    ledgers: new LedgerReader(directory),
    close,
  };
}
