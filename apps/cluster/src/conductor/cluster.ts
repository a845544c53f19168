import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { NodeInfo } from '@catga/nestjs';
import type { NodeSettings } from '../node/node-settings.js';
import { NodeProcess } from './node-process.js';

/** A place in the cluster, which one process after another may take. */
interface Seat {
  readonly folder: string;
  readonly settings: NodeSettings;
  process?: NodeProcess;
}

/** The nodes that handle commands: the ones that are killed and restarted. */
export const WORKERS = ['orders-1', 'orders-2', 'shipping-1'] as const;
export type WorkerId = (typeof WORKERS)[number];

/** A tenth of the default, so that what a killed process was at is soon done by another. */
const LEASE_MS = 3000;
const SEEN_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** What every process of the cluster is told. */
export type Surroundings = Pick<NodeSettings, 'brokerUrl' | 'namespace'> & {
  /** Where ledgers and logs are written. */
  readonly directory: string;
  readonly gatewayUrl: URL;
  /** Where metrics are served: by the gateway, and then by the workers. */
  readonly metricsPorts: readonly number[];
  readonly metricsHost: string | undefined;
};

/** A gateway, two orders nodes and one shipping node, each a process of its own. */
export class Cluster {
  /** The processes that were killed, by pid: only their unfinished runs may be repeated. */
  readonly killed = new Set<number>();
  /** Processes that ended by themselves. */
  readonly crashes: string[] = [];
  private readonly gateway: Seat;
  private readonly seats: Record<WorkerId, Seat>;

  constructor(private readonly surroundings: Surroundings) {
    this.gateway = this.seat('gateway', 'gateway', 0);
    this.seats = {
      'orders-1': this.seat('orders-node', 'orders-1', 1),
      'orders-2': this.seat('orders-node', 'orders-2', 2),
      'shipping-1': this.seat('shipping-node', 'shipping-1', 3),
    };
  }

  /** Resolves when the gateway sees every node. */
  async start(): Promise<void> {
    await this.occupy(this.gateway);
    await Promise.all(WORKERS.map((nodeId) => this.startNode(nodeId)));
  }

  isRunning(nodeId: WorkerId): boolean {
    return this.seats[nodeId].process?.isRunning ?? false;
  }

  /** Starts a node that is not running; resolves when the gateway sees it. */
  async startNode(nodeId: WorkerId): Promise<void> {
    if (this.isRunning(nodeId)) return;
    const incarnation = await this.occupy(this.seats[nodeId]);
    const deadlineMs = performance.now() + SEEN_WITHIN_MS;
    while (!(await this.nodes()).some((node) => node.nodeId === nodeId && node.incarnation === incarnation)) {
      if (performance.now() > deadlineMs) throw new Error(`The gateway does not see ${nodeId}.`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** SIGKILL. */
  async killNode(nodeId: WorkerId): Promise<void> {
    const { process } = this.seats[nodeId];
    if (process?.pid === undefined || !process.isRunning) return;
    this.killed.add(process.pid);
    await process.kill();
  }

  /** Every node after the other: SIGTERM, and a new process once the old one has finished its work. */
  async rollingRestart(onRestart: (nodeId: WorkerId) => void = () => {}): Promise<void> {
    for (const nodeId of WORKERS) {
      onRestart(nodeId);
      await this.seats[nodeId].process?.terminate();
      await this.startNode(nodeId);
    }
  }

  /** The nodes as the gateway sees them. */
  async nodes(): Promise<readonly NodeInfo[]> {
    const url = new URL('nodes', this.surroundings.gatewayUrl);
    const response = await fetch(url, { signal: AbortSignal.timeout(SEEN_WITHIN_MS) });
    return (await response.json()) as readonly NodeInfo[];
  }

  /** Stops everyone; the gateway first, since it sends. */
  async stop(): Promise<void> {
    await this.gateway.process?.terminate();
    await Promise.all(WORKERS.map(async (nodeId) => this.seats[nodeId].process?.terminate()));
  }

  killAtOnce(): void {
    for (const { process } of [this.gateway, ...Object.values(this.seats)]) process?.killAtOnce();
  }

  private seat(folder: string, nodeId: string, index: number): Seat {
    const { brokerUrl, namespace, directory, gatewayUrl, metricsPorts, metricsHost } = this.surroundings;
    const ledgerFile = join(directory, `${nodeId}.ledger`);
    const port = Number(gatewayUrl.port);
    const metrics = { metricsPort: metricsPorts[index], metricsHost };
    const settings = { brokerUrl, namespace, nodeId, ledgerFile, port, leaseMs: LEASE_MS, ...metrics };
    return { folder, settings };
  }

  private async occupy(seat: Seat): Promise<number> {
    const { folder, settings } = seat;
    const logFile = join(this.surroundings.directory, `${settings.nodeId}.log`);
    const process = NodeProcess.spawn(folder, settings, logFile);
    process.onCrash((what) => this.crashes.push(what));
    seat.process = process;
    return (await process.ready()).incarnation;
  }
}
