import { CatgaError } from '../../errors/catga-error.js';
import type { NodeInfo } from '../../contracts/node-info.js';
import type { LaneParts } from '../../lanes/lane-engine.js';
import type { LogConsumer, LogDelivery } from '../../ports/durable-log.js';
import type { NodeDirectory } from '../../ports/node-directory.js';
import { TestClock } from '../../time/test-clock.js';
import { storedMessage } from '../memory.fixture.js';
import { nodeInfo } from './lanes.fixture.js';
import type { MemoryConnection } from '../memory-connection.js';
import { MemoryEngine } from '../memory-engine.js';
import { resolveMemoryEngineOptions } from '../memory-engine-options.js';
import { gatedParts } from '../network/gated-lanes.js';
import { NodeGate } from '../network/node-gate.js';
import { SeededRandom } from '../network/seeded-random.js';

const HEARTBEAT = { intervalMs: 500, timeoutMs: 2000 };
const RUN_MS = 6_000;
const SETTLE_MS = 30_000;
/** Of a request, and of its answer. */
const LONGEST_TRANSIT_MS = 30;
export const MAX_ATTEMPTS = 4;
const SUBSCRIPTIONS = ['shop.mail', 'shop.stock'];
const NODES = ['one', 'two', 'three'];

/** One event at one subscription, with its history. */
export interface EventTrace {
  readonly id: string;
  readonly key: string | undefined;
  readonly subscription: string;
  /** How often the broker had lost its data when it was published. */
  readonly life: number;
  /** Whether it kills every process that begins it. */
  readonly kills: boolean;
  /** Whether `append` resolved. */
  isStored: boolean;
  /** Each start of its handler: when, on which node run, which attempt. */
  readonly starts: { readonly order: number; readonly node: SimulatedNode; readonly attempt: number }[];
  readonly successes: { readonly order: number; readonly node: SimulatedNode }[];
  /** When a confirmed acknowledgement resolved. */
  recordedAt: number | undefined;
  isDead: boolean;
  /** Whether the broker lost it before it was handled. */
  isForgotten: boolean;
}

/** One run of a node. */
export interface SimulatedNode {
  readonly nodeId: string;
  readonly connection: MemoryConnection;
  readonly gate: NodeGate;
  readonly info: NodeInfo;
  readonly consumers: LogConsumer[];
  state: 'starting' | 'up' | 'stopping' | 'gone';
  isPaused: boolean;
  /** Whether a fault hit the node, after which its events may be handled again. */
  isDisturbed: boolean;
  /** Whether its heartbeats are lost. */
  isMute: boolean;
  /** Whether it gets no directory changes. */
  isBlind: boolean;
  /** Whether its requests to the broker fail before (`away`) or after (`answers lost`) they took effect. */
  broker: 'here' | 'away' | 'answers lost';
}

/** One random schedule of events and faults; the same seed gives the same schedule. */
export class LaneSimulation {
  readonly traces: EventTrace[] = [];
  /** Violations found during the run. */
  readonly wrong: string[] = [];
  private readonly clock = new TestClock();
  private readonly engine = new MemoryEngine(resolveMemoryEngineOptions({ lanes: 4 }));
  private readonly random: SeededRandom;
  private readonly nodes = new Map<string, SimulatedNode>();
  private readonly ofKey = new Map<string, EventTrace[]>();
  private order = 0;
  private starts = 0;
  private sessions = 0;
  /** How often the broker has lost its data. */
  private emptied = 0;
  /** Subscriptions that the broker does not know until a node has created them anew: their events are trimmed. */
  private readonly forgotten = new Set<string>();
  /** Whether time goes on, so that requests may take some. */
  private isUnderWay = false;

  constructor(
    readonly seed: number,
    /** `graceful` has no faults, so nothing may be handled twice. */
    private readonly kind: 'faults' | 'graceful',
  ) {
    this.random = new SeededRandom(seed);
  }

  async run(): Promise<void> {
    for (const nodeId of NODES.slice(0, this.random.integer(1, 3))) await this.start(nodeId);
    this.every(HEARTBEAT.intervalMs, () => this.beat());
    const keys = this.random.integer(1, 6);
    const killer = this.kind === 'faults' && this.random.chance(0.2) ? this.random.integer(0, 30) : -1;
    const publisher = await this.engine.connect(this.client('publisher'), (parts) => ({
      ...parts,
      session: 'only',
    }));
    for (let index = 0; index < 40; index++) {
      const key = this.random.chance(0.8) ? `k${this.random.integer(1, keys)}` : undefined;
      const id = `e${index}`;
      this.at(Math.floor((index / 40) * RUN_MS * 0.9), () =>
        this.publish(publisher, id, key, index === killer),
      );
    }
    const events = this.random.integer(1, 6);
    for (let event = 0; event < events; event++) this.at(this.random.next() * RUN_MS, () => this.disturb());
    // One seed in ten restarts the broker without its data, once.
    if (this.kind === 'faults' && this.seed % 10 === 1) this.at(RUN_MS * 0.6, () => this.empty());
    this.isUnderWay = true;
    await this.clock.advance(RUN_MS);
    for (const node of this.nodes.values()) this.restore(node);
    await this.clock.advance(2000); // Stopping nodes have stopped, crashed ones are back.
    while ([...this.nodes.values()].some(({ state }) => state === 'starting')) await this.clock.advance(100);
    this.isUnderWay = false;
    for (const nodeId of NODES) if (this.nodes.get(nodeId)?.state !== 'up') await this.start(nodeId);
    this.isUnderWay = true;
    for (let waitedMs = 0; waitedMs < SETTLE_MS && !this.isQuiet; waitedMs += 500)
      await this.clock.advance(500);
    await this.clock.advance(1000); // Late violations show up.
    for (const { connection } of this.nodes.values()) connection.abandon();
    await publisher.close();
  }

  /** Events of each subscription and key, in publishing order. */
  keys(): Iterable<readonly EventTrace[]> {
    return this.ofKey.values();
  }

  private get isQuiet(): boolean {
    return this.traces.every(
      ({ isDead, isForgotten, successes }) => isDead || isForgotten || successes.length > 0,
    );
  }

  private publish(publisher: MemoryConnection, id: string, key: string | undefined, kills: boolean): void {
    const message = storedMessage(id, { key });
    for (const subscription of SUBSCRIPTIONS) {
      const trace: EventTrace = {
        id,
        key,
        subscription,
        life: this.emptied,
        kills: kills && subscription === SUBSCRIPTIONS[0],
        isStored: false,
        starts: [],
        successes: [],
        recordedAt: undefined,
        isDead: false,
        isForgotten: this.forgotten.has(subscription),
      };
      this.traces.push(trace);
      if (key !== undefined)
        this.ofKey.set(`${subscription} ${key}`, [
          ...(this.ofKey.get(`${subscription} ${key}`) ?? []),
          trace,
        ]);
    }
    void publisher.log.append(message, { isFresh: this.random.chance(0.7) }).then(() => {
      for (const trace of this.traces) if (trace.id === id) trace.isStored = true;
    });
  }

  private client(nodeId: string) {
    return {
      namespace: 'test',
      nodeId,
      clock: this.clock,
      heartbeatTimeoutMs: HEARTBEAT.timeoutMs,
      monitor: {
        lost: () => {},
        restored: () => {},
        closed: () => {},
        refused: (what: string, error: Error) => this.note(`${nodeId}: ${what}: ${error.message}`),
        warn: (message: string) => this.note(`${nodeId}: ${message}`),
        note: (message: string) => this.note(`${nodeId}: ${message}`),
      },
    };
  }

  private async start(nodeId: string): Promise<void> {
    this.note(`${nodeId} starts`);
    const gate = new NodeGate();
    const started: { node?: SimulatedNode } = {};
    const connection = await this.engine.connect(this.client(nodeId), (parts) =>
      this.faulty(gatedParts(parts, gate), () => started.node),
    );
    const info = nodeInfo(nodeId, ++this.starts);
    const node: SimulatedNode = {
      nodeId,
      connection,
      gate,
      info,
      consumers: [],
      state: 'starting',
      isPaused: false,
      isDisturbed: false,
      isMute: false,
      isBlind: false,
      broker: 'here',
    };
    this.nodes.set(nodeId, node);
    started.node = node;
    try {
      await this.join(node);
    } catch (thrown) {
      if (!node.isDisturbed) throw thrown;
      this.crash(node);
    }
  }

  private async join(node: SimulatedNode): Promise<void> {
    const { connection, info } = node;
    for (const id of SUBSCRIPTIONS) {
      const wanted = {
        id,
        kind: 'event',
        names: ['order.shipped'],
        startFrom: 'beginning',
        concurrency: 4,
      } as const;
      node.consumers.push(
        await connection.log.subscribe(wanted, (delivery) => this.handle(node, id, delivery)),
      );
    }
    await connection.directory.announce(info);
    if (node.state === 'starting') node.state = 'up';
  }

  /** Simulates a handler: it takes time, may fail, and settles the delivery. */
  private handle(node: SimulatedNode, subscription: string, delivery: LogDelivery): void {
    const { message, attempt } = delivery;
    const trace = this.traces.find(
      (one) => one.id === message.messageId && one.subscription === subscription,
    );
    if (trace === undefined) return void this.wrong.push(`${message.messageId} was never published`);
    if (node.state === 'gone') return;
    if (attempt > MAX_ATTEMPTS) {
      trace.isDead = true;
      void delivery.ack()?.catch(ignored);
      return;
    }
    if (trace.life === this.emptied) this.forgotten.delete(subscription);
    const order = ++this.order;
    this.note(
      `${node.nodeId}#${node.info.incarnation} begins ${trace.id} of ${subscription}, attempt ${attempt}`,
    );
    trace.starts.push({ order, node, attempt });
    // A disturbed node may briefly go on with deliveries it already has.
    if (trace.recordedAt !== undefined && !node.isDisturbed)
      this.wrong.push(`${trace.id} was begun again by ${subscription} after it was recorded`);
    this.checkOrder(trace);
    if (trace.kills) {
      this.at(0, () => this.crash(node));
      return;
    }
    const tookMs = this.random.chance(0.5) ? 0 : this.random.integer(1, 800);
    const fails = this.random.chance(0.1) && attempt < MAX_ATTEMPTS;
    const end = (): void => {
      if (node.state === 'gone') return;
      if (fails) return void delivery.nak(this.random.integer(0, 400)).catch(ignored);
      this.note(`${node.nodeId} did ${trace.id} of ${subscription}`);
      trace.successes.push({ order: ++this.order, node });
      const isConfirmed = this.random.chance(0.4);
      void delivery.ack(isConfirmed)?.then(() => {
        if (!isConfirmed) return;
        this.note(`${node.nodeId} has recorded ${trace.id} of ${subscription}`);
        trace.recordedAt = ++this.order;
      }, ignored);
    };
    if (tookMs === 0) end();
    else this.at(tookMs, end);
  }

  /** Checks that the previous event of the key succeeded or became a dead letter. */
  private checkOrder(trace: EventTrace): void {
    if (trace.key === undefined) return;
    const ofKey = this.ofKey.get(`${trace.subscription} ${trace.key}`) ?? [];
    const before = ofKey[ofKey.indexOf(trace) - 1];
    if (before !== undefined && before.successes.length === 0 && !before.isDead && !before.isForgotten)
      this.wrong.push(`${trace.id} was begun by ${trace.subscription} before ${before.id} was done`);
  }

  /** Prints a step when a schedule is replayed. */
  note(what: string): void {
    if (process.env.CATGA_SIMULATION_SEED !== undefined)
      process.stderr.write(`${this.clock.monotonicMs()} ${what}\n`);
  }

  private disturb(): void {
    const there = [...this.nodes.values()].filter(
      ({ state, isPaused }) => (state === 'starting' || state === 'up') && !isPaused,
    );
    const node = there[this.random.integer(0, Math.max(0, there.length - 1))];
    const forMs = this.random.integer(50, 6000);
    const missing = NODES.find((nodeId) => (this.nodes.get(nodeId)?.state ?? 'gone') === 'gone');
    const kind = this.random.next();
    if (this.kind === 'graceful' || kind < 0.3) {
      if (this.random.chance(0.5) && missing !== undefined) void this.start(missing);
      else if (node?.state === 'up' && there.length > 1) void this.leave(node);
      return;
    }
    if (node === undefined) return;
    this.note(`${node.nodeId} is disturbed, ${kind}, for ${forMs}`);
    node.isDisturbed = true;
    if (kind < 0.5) {
      this.crash(node);
    } else if (kind < 0.65) {
      node.isPaused = true;
      node.gate.pause();
      this.at(forMs, () => this.restore(node));
    } else if (kind < 0.75) {
      node.isMute = true;
      this.at(forMs, () => this.restore(node));
    } else if (kind < 0.85) {
      node.isBlind = true;
      this.at(forMs, () => this.restore(node));
    } else {
      node.broker = this.random.chance(0.5) ? 'away' : 'answers lost';
      this.at(forMs, () => this.restore(node));
    }
  }

  private empty(): void {
    this.note('the broker comes back empty');
    for (const trace of this.traces) trace.isForgotten = trace.successes.length === 0 && !trace.isDead;
    this.engine.forgetLanes();
    this.emptied++;
    for (const id of SUBSCRIPTIONS) this.forgotten.add(id);
  }

  private crash(node: SimulatedNode): void {
    if (node.state === 'gone') return;
    node.isDisturbed = true;
    node.state = 'gone';
    node.gate.leave(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'It crashed.'));
    node.connection.abandon();
    this.at(this.random.integer(10, 3000), () => {
      if (this.nodes.get(node.nodeId) === node) void this.start(node.nodeId);
    });
  }

  private async leave(node: SimulatedNode): Promise<void> {
    this.note(`${node.nodeId} leaves`);
    node.state = 'stopping';
    await node.connection.directory.withdraw(node.info).catch(ignored);
    for (const consumer of node.consumers) await consumer.stop().catch(ignored);
    this.at(1500, () => {
      if (node.state !== 'stopping') return;
      void node.connection.close().then(() => void (node.state = 'gone'));
    });
  }

  private restore(node: SimulatedNode): void {
    node.isMute = false;
    node.isBlind = false;
    node.broker = 'here';
    if (node.isPaused) node.gate.resume();
    node.isPaused = false;
  }

  private beat(): void {
    for (const node of this.nodes.values()) {
      if (node.state !== 'up' || node.isMute || node.isPaused) continue;
      void node.connection.directory.refresh(node.info).catch(ignored);
    }
  }

  /** Wraps the broker so that requests or their answers get lost, or directory changes do not arrive. */
  private faulty(parts: LaneParts, node: () => SimulatedNode | undefined): LaneParts {
    const through = async <T>(ask: () => Promise<T>): Promise<T> => {
      const broker = node()?.broker ?? 'here';
      if (broker === 'away') throw away();
      await this.transit();
      const answer = await ask();
      await this.transit();
      if (broker === 'answers lost') throw away();
      return answer;
    };
    const { log, records } = parts.lanes;
    const directory: NodeDirectory = {
      ...parts.directory,
      watch: (listener) =>
        parts.directory.watch({
          present: (info) => {
            if (node()?.isBlind !== true) listener.present(info);
          },
          left: (nodeId) => {
            if (node()?.isBlind !== true) listener.left(nodeId);
          },
        }),
    };
    return {
      ...parts,
      session: String(++this.sessions),
      directory,
      lanes: {
        log: {
          lanes: log.lanes,
          maxFrameBytes: log.maxFrameBytes,
          append: (...request) => through(() => log.append(...request)),
          state: (...request) => through(() => log.state(...request)),
          trim: (...request) => through(() => log.trim(...request)),
          read: (...request) => log.read(...request),
        },
        records: {
          maxValueBytes: records.maxValueBytes,
          read: (...request) => through(() => records.read(...request)),
          list: (...request) => through(() => records.list(...request)),
          write: (...request) => through(() => records.write(...request)),
          remove: (...request) => through(() => records.remove(...request)),
        },
      },
    };
  }

  /** Time that a request or its answer takes: other nodes act meanwhile. */
  private transit(): Promise<void> | undefined {
    if (!this.isUnderWay || this.random.chance(0.3)) return undefined;
    return new Promise((resolve) => {
      this.at(this.random.integer(1, LONGEST_TRANSIT_MS), resolve);
    });
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

function away(): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker did not answer.');
}

/** Ignores errors of a killed node. */
function ignored(): void {}
