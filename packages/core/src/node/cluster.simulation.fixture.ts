import { Message } from '../contracts/message.js';
import { Command } from '../contracts/request.js';
import type { CatgaResult } from '../contracts/result.js';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import { SeededRandom } from '../memory/network/seeded-random.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaNode } from './catga-node.js';

/** QoS 1. */
export class Transfer extends Command<string> {
  constructor(readonly id: string) {
    super();
  }
}

@Message({ qos: 2 })
export class Payment extends Command<string> {
  constructor(readonly id: string) {
    super();
  }
}

const HANDLERS = ['one', 'two', 'three'];
const HEARTBEAT = { intervalMs: 500, timeoutMs: 2000 };
const TIMEOUT_MS = 8000;
const RUN_MS = 12_000;
const COMMANDS = 24;

/** What a command did, and how its caller fared. */
export interface Trace {
  readonly id: string;
  readonly qos: 1 | 2;
  /** The nodes on which it took effect. */
  readonly effects: string[];
  result: CatgaResult<string> | undefined;
  /** How long its caller waited, in milliseconds. */
  waitedMs: number;
}

/** What a run of the simulation left behind. */
export interface SimulationOutcome {
  readonly traces: readonly Trace[];
  /** Nodes that were stopped in whatever way while they had work: what they were at may be done again. */
  readonly disturbed: ReadonlySet<string>;
  /** Requests that somebody still counts as unanswered or in flight, once all is quiet. */
  readonly leftOver: number;
}

/** One random schedule of commands and faults, the same for the same seed. */
export class Simulation {
  private readonly clock = new TestClock();
  private readonly network: MemoryNetwork;
  private readonly random: () => number;
  private readonly nodes = new Map<string, CatgaNode>();
  private readonly traces: Trace[] = [];
  private readonly disturbed = new Set<string>();

  constructor(readonly seed: number) {
    const random = new SeededRandom(seed);
    this.random = () => random.next();
    this.network = new MemoryNetwork({ seed });
  }

  async run(): Promise<SimulationOutcome> {
    for (const nodeId of ['gateway', ...HANDLERS]) await this.start(nodeId);
    this.network.setFaults({
      dropRate: this.random() * 0.2,
      duplicateRate: this.random() * 0.2,
      reorderRate: this.random() * 0.2,
      delayMs: [0, Math.floor(this.random() * 30)],
    });
    this.every(HEARTBEAT.intervalMs, () => this.beat());
    for (let index = 0; index < COMMANDS; index++)
      this.at(this.random() * RUN_MS * 0.8, () => this.send(index));
    const faults = 1 + Math.floor(this.random() * 5);
    for (let fault = 0; fault < faults; fault++) this.at(this.random() * RUN_MS, () => this.disturb());
    await this.clock.advance(RUN_MS);
    this.network.restore();
    await this.clock.advance(TIMEOUT_MS + 4000);
    const leftOver = [...this.nodes.values()].reduce(
      (sum, { mediator: { self } }) => sum + self.load.unanswered + self.load.inFlight,
      0,
    );
    const stopped = Promise.all([...this.nodes.values()].map((node) => node.stop().catch(ignored)));
    await this.clock.advance(20_000);
    await stopped;
    return { traces: this.traces, disturbed: this.disturbed, leftOver };
  }

  private async start(nodeId: string): Promise<void> {
    const node = new CatgaNode(
      {
        engine: this.network,
        nodeId,
        heartbeat: HEARTBEAT,
        request: { retransmitMs: 150, maxAttempts: 3 },
        routing: 'round-robin',
      },
      { clock: this.clock },
    );
    if (nodeId !== 'gateway') {
      node.handleRequest(Transfer, (command) => this.handle(nodeId, command as Transfer));
      node.handleRequest(Payment, (command) => this.handle(nodeId, command as Payment));
    }
    this.nodes.set(nodeId, node);
    await node.init();
    await node.start();
  }

  /** A node may be killed while it starts or stops. */
  private async restart(nodeId: string): Promise<void> {
    if (!this.network.connectedNodes.includes(nodeId)) await this.start(nodeId).catch(ignored);
  }

  private async handle(nodeId: string, { id }: { readonly id: string }): Promise<string> {
    const tookMs = this.random() < 0.5 ? 0 : this.random() * 1500;
    if (tookMs > 0) await new Promise<void>((resolve) => void this.clock.setTimer(tookMs, resolve));
    this.traces.find((trace) => trace.id === id)?.effects.push(nodeId);
    return `done ${id}`;
  }

  private send(index: number): void {
    const gateway = this.nodes.get('gateway');
    if (gateway === undefined) return;
    const qos = index % 2 === 0 ? 1 : 2;
    const trace: Trace = { id: `${this.seed}-${index}`, qos, effects: [], result: undefined, waitedMs: 0 };
    this.traces.push(trace);
    const sentMs = this.clock.monotonicMs();
    const command = qos === 1 ? new Transfer(trace.id) : new Payment(trace.id);
    void gateway.mediator.trySend(command, { timeoutMs: TIMEOUT_MS }).then((result) => {
      trace.result = result;
      trace.waitedMs = this.clock.monotonicMs() - sentMs;
    });
  }

  /** Something goes wrong with a handling node, for a while. */
  private disturb(): void {
    const nodeId = HANDLERS[Math.floor(this.random() * HANDLERS.length)] ?? 'one';
    const forMs = this.random() * 4000;
    const kind = this.random();
    if (!this.network.connectedNodes.includes(nodeId)) return;
    if (kind < 0.3) {
      this.network.cut('gateway', nodeId, { bothWays: this.random() < 0.5 });
      this.at(forMs, () => this.network.heal(nodeId));
    } else if (kind < 0.4) {
      this.network.cut(nodeId, 'gateway');
      this.at(forMs, () => this.network.heal(nodeId));
    } else if (kind < 0.5) {
      this.network.unplug(nodeId);
      this.at(forMs, () => this.network.heal(nodeId));
    } else if (kind < 0.7) {
      this.disturbed.add(nodeId);
      this.network.pause(nodeId);
      this.at(forMs, () => this.network.resume(nodeId));
    } else if (kind < 0.9) {
      this.disturbed.add(nodeId);
      this.network.crash(nodeId);
      this.at(forMs, () => this.restart(nodeId));
    } else {
      const node = this.nodes.get(nodeId);
      this.disturbed.add(nodeId);
      void node?.stop().then(() => this.restart(nodeId), ignored);
    }
  }

  private beat(): void {
    for (const node of this.nodes.values()) if (node.isOpen) void node.beat().catch(ignored);
  }

  private at(delayMs: number, act: () => unknown): void {
    this.clock.setTimer(delayMs, () => void act());
  }

  private every(intervalMs: number, act: () => void): void {
    this.clock.setTimer(intervalMs, () => {
      act();
      this.every(intervalMs, act);
    });
  }
}

/** What a killed node says last. */
function ignored(): void {}
