import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Broker, BrokerKind } from '../broker/broker.js';
import type { EngineName } from '../broker/engine-settings.js';
import { openBroker } from '../broker/open-broker.js';
import type { NodeSettings } from '../node/node-settings.js';
import { LEASES, SHORT_LEASES } from '../node/leases.js';
import type { Leases } from '../node/leases.js';
import { BrokerLink } from './broker-link.js';
import { Child } from './child.js';
import { EvidenceFiles } from './evidence-files.js';

/** The processes that handle messages, and their services. */
const NODES = { 'orders-1': 'orders', 'orders-2': 'orders', 'mail-1': 'mail', 'orders-3': 'orders' } as const;
export type NodeId = keyof typeof NODES;
/** Those that are there from the beginning. */
export const NODE_IDS: readonly NodeId[] = ['orders-1', 'orders-2', 'mail-1'];
/** One that joins later, where a scenario says so. */
export const JOINER: NodeId = 'orders-3';

const CALLERS = 'callers';

/** How long a process waits for an answer of the broker: the default of the engines. */
const PATIENCE_MS = 10_000;
/** So that an outbox has something to do while the broker is away. */
export const IMPATIENCE_MS = 1000;
/** How long an impatient node that stops waits for its handlers. */
const DRAIN_MS = 2000;
/** How long one takes to stop at most: closing and the end of a process on a busy machine included. */
const STOPS_WITHIN_MS = DRAIN_MS + 3000;
/** How long a node that died stays away. */
const AWAY_MS = 300;
/** How long a message may take to reach the handler that dies of it. */
const DIES_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 20;

/** What differs from one stage to another. */
export interface StageOptions extends BrokerKind {
  readonly concurrency?: NodeSettings['concurrency'];
  /** Whether callers keep what the broker does not take within a second. */
  readonly hasOutbox?: boolean;
  /** Whether nodes wait for the broker and for their handlers no longer than a second or two. */
  readonly isImpatient?: boolean;
  /** Whether nodes run sagas instead of all else. */
  readonly hasSagas?: boolean;
  /** @defaultValue 20 */
  readonly maxAttempts?: number;
  /** Whether leases are so short that faults outlast them. */
  readonly hasShortLeases?: boolean;
}

interface Seat {
  readonly link: BrokerLink;
  child: Child | undefined;
  /** Whether a process that ends gets a successor. */
  isKept: boolean;
}

/** A broker, a ledger, three handling processes behind proxies, and a caller. */
export class Stage {
  readonly killedCallers = new Set<string>();
  /** How many handling processes have died. */
  deaths = 0;
  caller: Child | undefined;
  private callers = 0;
  private isEvidenceKept = false;
  private readonly seats = new Map<NodeId, Seat>();
  private readonly returns = new Set<Promise<void>>();

  private constructor(
    readonly broker: Broker,
    readonly files: EvidenceFiles,
    private readonly ledger: Child,
    private readonly ledgerPort: number,
    readonly leases: Leases,
    private readonly options: StageOptions,
    private readonly namespace = `chaos-${randomUUID().slice(0, 8)}`,
  ) {}

  static async open(engine: EngineName, options: StageOptions = {}): Promise<Stage> {
    const files = new EvidenceFiles(mkdtempSync(join(tmpdir(), 'catga-chaos-')));
    const leases = options.hasShortLeases === true ? SHORT_LEASES : LEASES;
    const broker = await openBroker(engine, leases, options);
    const ledger = Child.start('ledger', 'ledger', [files.ledger], files.logOf('ledger'));
    const { port } = await ledger.heard<{ readonly port: number }>();
    const stage = new Stage(broker, files, ledger, port, leases, options);
    try {
      for (const nodeId of [...NODE_IDS, JOINER]) {
        const link = await BrokerLink.to(broker.ports);
        stage.seats.set(nodeId, { link, child: undefined, isKept: true });
      }
      await Promise.all(NODE_IDS.map((nodeId) => stage.startNode(nodeId)));
      await stage.startCaller();
      return stage;
    } catch (thrown) {
      await stage.close();
      throw thrown;
    }
  }

  node(nodeId: NodeId): Child {
    const { child } = this.seat(nodeId);
    if (child === undefined) throw new Error(`${nodeId} does not run.`);
    return child;
  }

  link(nodeId: NodeId): BrokerLink {
    return this.seat(nodeId).link;
  }

  /** The caller there is now. */
  get calling(): Child {
    if (this.caller === undefined) throw new Error('There is no caller.');
    return this.caller;
  }

  /** Another caller; the one before is no longer asked. */
  async startCaller(): Promise<void> {
    const name = `caller-${++this.callers}`;
    const args = [JSON.stringify(this.settingsOf(name, CALLERS, this.broker.ports))];
    this.caller = Child.start(name, 'caller', args, this.files.logOf(name));
    await this.caller.heard();
  }

  async killCaller(): Promise<void> {
    this.killedCallers.add(this.calling.name);
    await this.calling.kill();
    await this.startCaller();
  }

  /** SIGTERM, and a new process once the old one has ended. */
  async restartNode(nodeId: NodeId): Promise<void> {
    await this.stopNode(nodeId);
    await this.startNode(nodeId);
  }

  /** SIGTERM. Rejects if the process does not end in time. */
  async stopNode(nodeId: NodeId): Promise<void> {
    const seat = this.seat(nodeId);
    seat.isKept = false;
    await seat.child?.terminate(this.options.isImpatient === true ? STOPS_WITHIN_MS : undefined);
  }

  /** Resolves when every node that died is back, and so many have died, if they do soon. */
  async everyoneIsBack(deaths = 0): Promise<void> {
    for (const startMs = performance.now(); this.deaths < deaths; await pause(LOOK_EVERY_MS)) {
      if (performance.now() - startMs > DIES_WITHIN_MS) break;
    }
    while (this.returns.size > 0) await Promise.all(this.returns);
  }

  /** Leaves the files of the run, in which a broken promise can be looked into, and says where. */
  keepEvidence(say: (line: string) => void): void {
    this.isEvidenceKept = true;
    say(`The ledger, the calls and the logs are in ${this.files.directory}.`);
  }

  async close(): Promise<void> {
    for (const seat of this.seats.values()) seat.isKept = false;
    const children = [this.caller, ...[...this.seats.values()].map(({ child }) => child), this.ledger];
    for (const child of children) await child?.kill();
    for (const { link } of this.seats.values()) await link.close();
    await this.broker.stop();
    if (!this.isEvidenceKept) rmSync(this.files.directory, { recursive: true, force: true });
  }

  async startNode(nodeId: NodeId): Promise<void> {
    const seat = this.seat(nodeId);
    const args = [JSON.stringify(this.settingsOf(nodeId, NODES[nodeId], seat.link.ports))];
    const child = Child.start(nodeId, 'node', args, this.files.logOf(nodeId));
    seat.child = child;
    seat.isKept = true;
    void child.ended().then(() => this.died(nodeId, child));
    // One that dies on what it gets while it starts is followed by another, which is waited for in its place.
    await child.heard().catch((thrown: unknown) => {
      if (child.isRunning || !seat.isKept) throw thrown;
    });
  }

  private died(nodeId: NodeId, child: Child): void {
    const seat = this.seat(nodeId);
    if (!seat.isKept || seat.child !== child) return;
    this.deaths++;
    const back = pause(AWAY_MS).then(() => this.startNode(nodeId));
    this.returns.add(back);
    void back.finally(() => this.returns.delete(back));
  }

  private settingsOf(nodeId: string, service: string, ports: readonly number[]): NodeSettings {
    const {
      concurrency = { maxInFlight: 1000, maxQueued: 10_000 },
      hasOutbox = false,
      isImpatient = false,
      hasSagas = false,
      maxAttempts = 20,
    } = this.options;
    const keeps = hasOutbox && service === CALLERS;
    return {
      engine: this.broker.engineAt(
        ports,
        keeps || (isImpatient && service !== CALLERS) ? IMPATIENCE_MS : PATIENCE_MS,
      ),
      namespace: this.namespace,
      nodeId,
      service,
      ledgerPort: this.ledgerPort,
      callFile: this.files.callsOf(nodeId),
      concurrency,
      maxAttempts,
      hasSagas,
      leases: this.leases,
      ...(isImpatient && { drainTimeoutMs: DRAIN_MS }),
      ...(keeps && { outbox: this.files.outboxOf(nodeId) }),
    };
  }

  private seat(nodeId: NodeId): Seat {
    const seat = this.seats.get(nodeId);
    if (seat === undefined) throw new Error(`There is no ${nodeId}.`);
    return seat;
  }
}
