import { randomUUID } from 'node:crypto';
import type { DurableSubscription } from '../contracts/durable-subscription.js';
import { CatgaError } from '../errors/catga-error.js';
import type {
  AppendOptions,
  DurableLog,
  LogConsumer,
  LogDelivery,
  LogSubscription,
} from '../ports/durable-log.js';
import type { EngineClient } from '../ports/engine.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import type { LogMessage } from '../ports/stored-message.js';
import type { OwnedCommands, QueuedCommands } from '../ports/queued-commands.js';
import type { SubscriptionPauses } from '../ports/subscription-pauses.js';
import type { SubscriptionRegister } from '../ports/subscription-register.js';
import { engineFailure } from './engine-failure.js';
import { HandlerPlaces } from './handler-places.js';
import { KeyedCommands, TRUSTED_MS } from './keyed-commands.js';
import { groupOf } from './lane-keys.js';
import { LaneCommands } from './lane-commands.js';
import { LaneLag } from './lane-lag.js';
import { LaneMembers } from './lane-members.js';
import { LaneOwner } from './lane-owner.js';
import { LanePlaces } from './lane-places.js';
import { LanePublisher } from './lane-publisher.js';
import { LaneRegister } from './lane-register.js';
import { LaneScan } from './lane-scan.js';
import { LaneSubscription } from './lane-subscription.js';
import { LaneTimers } from './lane-timers.js';
import { LaneTrimmer } from './lane-trimmer.js';
import { PausableConsumer } from './pausable-consumer.js';
import { PausedSubscriptions } from './paused-subscriptions.js';
import { TrimRounds } from './trim-rounds.js';
import { TrimmedLog } from './trimmed-log.js';
import { Quarantine } from './quarantine.js';

/** Parts of an engine for durable messages. */
export interface LaneParts {
  readonly lanes: LaneStore;
  /** Queue of commands without a key, or with a delay, for competing consumers. */
  readonly queue: DurableLog;
  readonly queues: SubscriptionRegister;
  /** Commands in that queue. */
  readonly queued: QueuedCommands;
  readonly directory: NodeDirectory;
  /**
   * Interval of trimming the log, in milliseconds; 0: once every subscription has passed a frame, and when the log is full.
   * @defaultValue never
   */
  readonly trimEveryMs?: number;
  /**
   * Timeout of a request to the broker, in milliseconds.
   * @defaultValue 10,000
   */
  readonly requestTimeoutMs?: number;
  /**
   * Unique id of this connection of the node.
   * @defaultValue a random text
   */
  readonly session?: string;
}

/** Default timeout of a request, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Lease of a write of progress, as a share of the heartbeat timeout. */
const LEASE_SHARE = 0.2;
/** Interval of checking for paused subscriptions: a share of the heartbeat timeout, and its maximum in milliseconds. */
const PAUSES_LOOK_SHARE = 2 / 15;
const MOST_PAUSES_LOOK_MS = 2000;

/**
 * Durable log over lanes: reliable events and keyed commands over a log in lanes and records; commands without a key, and delayed ones,
 * over the engine's queue of competing consumers.
 */
export class LaneEngine implements DurableLog, SubscriptionRegister, SubscriptionPauses {
  /** Commands of the queue and the lanes. */
  readonly commands: OwnedCommands;
  private readonly publisher: LanePublisher;
  private readonly register: LaneRegister;
  private readonly members: LaneMembers;
  private readonly owner: LaneOwner;
  private readonly scan: LaneScan;
  private readonly trimmer: LaneTrimmer;
  private readonly trimRounds: TrimRounds;
  private readonly quarantine: Quarantine;
  private readonly timers: LaneTimers;
  private readonly keyed: KeyedCommands;
  private readonly paused: PausedSubscriptions;
  private readonly subscriptions = new Map<string, LaneSubscription>();
  private readonly queues = new Set<PausableConsumer>();
  private readonly trimming = new Set<number>();
  private memberWrite: Promise<void> | undefined;
  private watching: Promise<void> | undefined;
  private isTrimming = false;
  private isLeaving = false;
  private isClosed = false;

  constructor(
    private readonly parts: LaneParts,
    private readonly client: EngineClient,
  ) {
    const { lanes } = parts;
    const { nodeId, clock, heartbeatTimeoutMs, monitor } = client;
    const session = `${nodeId}/${parts.session ?? randomUUID()}`;
    this.timers = new LaneTimers(clock, (thrown) => this.report('a timer of the lanes', thrown));
    this.register = new LaneRegister(lanes.records, lanes.log);
    this.scan = new LaneScan(lanes.log, clock, parts.requestTimeoutMs ?? REQUEST_TIMEOUT_MS);
    this.trimmer = new LaneTrimmer(lanes, this.register, this.scan, monitor);
    this.trimRounds = new TrimRounds(lanes.records, this.trimmer, session);
    this.publisher = new LanePublisher(
      parts.trimEveryMs === 0 ? new TrimmedLog(lanes.log, this.trimmer) : lanes.log,
      session,
    );
    this.keyed = new KeyedCommands(
      lanes.records,
      this.register,
      () => this.timers.nowMs(),
      (name, thrown) => this.report(`the lanes of ${name}`, thrown),
    );
    this.paused = new PausedSubscriptions(lanes.records, () => this.followPauses());
    this.members = new LaneMembers(
      nodeId,
      session,
      lanes.records,
      () => this.timers.nowMs(),
      () => this.owner.look(),
    );
    const leaseMs = heartbeatTimeoutMs * LEASE_SHARE;
    this.owner = new LaneOwner(lanes, this.register, this.members, leaseMs, this.timers, monitor, (lane) =>
      this.written(lane),
    );
    const places = new LanePlaces(lanes, this.register, this.scan);
    this.commands = new LaneCommands(parts, places, this.owner, clock);
    this.quarantine = new Quarantine(
      (delayMs, run) => this.timers.after(delayMs, run),
      () => {
        for (const share of this.owner.shares()) share.subscription.activate(share);
      },
    );
  }

  append(message: LogMessage, options: AppendOptions = {}): Promise<{ readonly duplicate: boolean }> {
    if (!this.isTrimming) this.beginTrimming();
    if (message.kind === 'event') return this.publisher.append(message, options);
    const isQueued =
      message.key === undefined || (options.delayMs ?? 0) > 0 || options.subscription !== undefined;
    return isQueued ? this.parts.queue.append(message, options) : this.appendKeyed(message, options);
  }

  async subscribe(wanted: LogSubscription, deliver: (delivery: LogDelivery) => void): Promise<LogConsumer> {
    this.beginTrimming();
    await (this.watching ??= this.watch());
    const places = new HandlerPlaces(wanted.concurrency, deliver);
    return wanted.kind === 'command' ? this.subscribeToCommands(wanted, places) : this.handle(wanted, places);
  }

  async list(): Promise<readonly DurableSubscription[]> {
    const lag = new LaneLag(this.parts.lanes, this.scan, () => this.client.clock.now());
    const [queues, registered] = await Promise.all([
      this.parts.queues.list(),
      this.register.list(),
      this.paused.look(),
    ]);
    const listed = new Map(queues.map((queue) => [queue.id, queue]));
    for (const subscription of await lag.of(registered)) {
      const queue = listed.get(subscription.id);
      listed.set(subscription.id, queue === undefined ? subscription : together(subscription, queue));
    }
    return [...listed.values()].map((one) => ({ ...one, isPaused: this.paused.has(one.id) }));
  }

  async drop(id: string): Promise<boolean> {
    const [wasQueue, wasInLanes] = await Promise.all([this.parts.queues.drop(id), this.register.drop(id)]);
    if (wasInLanes) await this.keyed.forget(id);
    await this.paused.set(id, false);
    return wasQueue || wasInLanes;
  }

  async pause(id: string): Promise<boolean> {
    const [queues, registered] = await Promise.all([this.parts.queues.list(), this.register.read(id)]);
    if (registered === undefined && !queues.some((queue) => queue.id === id)) return false;
    await this.paused.set(id, true);
    // Every node has checked by then, and has paused.
    await new Promise<void>((resolve) => void this.client.clock.setTimer(2 * this.pausesLookMs, resolve));
    return true;
  }

  resume(id: string): Promise<boolean> {
    return this.paused.set(id, false);
  }

  /** Node directory for the node: before the goodbye it tells the others to wait for the lanes of this node. */
  get directory(): NodeDirectory {
    const { directory } = this.parts;
    return {
      announce: (node) => directory.announce(node),
      refresh: (node) => directory.refresh(node),
      watch: (listener) => directory.watch(listener),
      withdraw: async (address) => {
        // If that fails, the goodbye fails, too.
        if (this.subscriptions.size > 0) await this.leave().catch(() => {});
        await directory.withdraw(address);
      },
      ...(directory.look && { look: () => directory.look?.() ?? Promise.resolve() }),
    };
  }

  /** Number of events and keyed commands that are running or due here. */
  get due(): number {
    return this.owner.due;
  }

  /** Gives everything back, and records the progress. Events whose progress cannot be written are handled again. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isLeaving = true;
    for (const subscription of this.subscriptions.values()) subscription.isStopped = true;
    this.publisher.close(this.closedError());
    try {
      await this.owner.giveBackAll();
      if (this.watching !== undefined) await this.members.remove();
    } catch {
      // The broker is unavailable: other nodes take over.
    }
    this.abandon();
  }

  /** Stops immediately, without contacting the broker: unsettled messages are redelivered. */
  abandon(): void {
    this.isClosed = true;
    this.publisher.close(this.closedError());
    this.members.stop();
    this.owner.close();
    this.scan.close(this.closedError());
    this.timers.close();
  }

  private async appendKeyed(
    message: LogMessage,
    options: AppendOptions,
  ): Promise<{ readonly duplicate: boolean }> {
    const adding = this.keyed.use(message.name);
    if (adding !== undefined) await adding;
    return this.publisher.append(message, options);
  }

  private async handle(wanted: LogSubscription, places: HandlerPlaces): Promise<LogConsumer> {
    const registered = await this.register.make(wanted);
    const subscription = new LaneSubscription(
      wanted,
      registered,
      groupOf(wanted.id, wanted.kind),
      places,
      this.quarantine,
      () => this.timers.nowMs(),
      (delayMs, run) => this.timers.after(delayMs, run),
    );
    subscription.isPaused = this.paused.has(subscription.id);
    this.begin(subscription);
    return { stop: () => this.stop(subscription) };
  }

  private begin(subscription: LaneSubscription): void {
    this.subscriptions.set(subscription.id, subscription);
    this.isLeaving = false;
    this.tellMembers();
    this.owner.add(subscription);
  }

  private get pausesLookMs(): number {
    return Math.min(MOST_PAUSES_LOOK_MS, this.client.heartbeatTimeoutMs * PAUSES_LOOK_SHARE);
  }

  private get handled(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries([...this.subscriptions.values()].map(({ id, wanted }) => [id, wanted.names]));
  }

  private leave(): Promise<void> {
    this.isLeaving = true;
    return this.members.write(this.handled, true);
  }

  private stop(subscription: LaneSubscription): Promise<void> {
    if (this.subscriptions.get(subscription.id) === subscription) this.subscriptions.delete(subscription.id);
    this.isLeaving ||= this.subscriptions.size === 0;
    this.tellMembers();
    this.owner.remove(subscription);
    return Promise.resolve();
  }

  /** Subscribes to commands, which arrive with a key by lanes, and without by the queue, with one shared concurrency. */
  private async subscribeToCommands(wanted: LogSubscription, places: HandlerPlaces): Promise<LogConsumer> {
    const consumer = new PausableConsumer(
      () => this.parts.queue.subscribe(wanted, (delivery) => this.fromQueue(delivery, places)),
      () => this.paused.has(wanted.id),
      () => places.giveBack(),
    );
    await consumer.follow();
    this.queues.add(consumer);
    let isStopped = false;
    let inLanes: LogConsumer | undefined;
    const stopWaiting = await this.keyed.whenUsed(wanted.names, async () => {
      if (isStopped || this.isClosed) return;
      inLanes = await this.handle(wanted, places);
      if (isStopped as boolean) await inLanes.stop();
    });
    return {
      stop: async () => {
        isStopped = true;
        stopWaiting();
        this.queues.delete(consumer);
        await Promise.all([consumer.stop(), inLanes?.stop()]);
      },
    };
  }

  /** Handles a command of the queue. One with a key was delayed and is due: it is queued behind those of its key. */
  private fromQueue(delivery: LogDelivery, places: HandlerPlaces): void {
    const { message, problem } = delivery;
    if (problem !== undefined || message.key === undefined || message.history.length > 0)
      return places.add(delivery);
    void this.appendKeyed(message, {})
      .then(
        () => delivery.ack(),
        () => delivery.release(MOVE_PAUSE_MS),
      )
      .catch((thrown: unknown) => this.report(`the queue of ${message.name}`, thrown));
  }

  private async watch(): Promise<void> {
    const { heartbeatTimeoutMs } = this.client;
    await this.paused.look();
    await this.members.watch(this.parts.directory);
    this.timers.every(heartbeatTimeoutMs, () => {
      this.owner.beThorough();
      this.tellMembers(); // A broker that lost its data has lost it.
    });
    this.timers.every(TRUSTED_MS, () => {
      // On failure it is read the next time.
      if (this.keyed.isWaiting) void this.keyed.look().catch(() => {});
    });
    this.timers.every(this.pausesLookMs, () => {
      void this.paused.look().catch(() => {});
      for (const queue of this.queues) this.followPause(queue); // Retries one that failed before.
    });
  }

  /** Called when subscriptions were paused or resumed. */
  private followPauses(): void {
    for (const subscription of this.subscriptions.values())
      subscription.isPaused = this.paused.has(subscription.id);
    for (const share of this.owner.shares()) share.subscription.activate(share);
    for (const queue of this.queues) this.followPause(queue);
  }

  private followPause(queue: PausableConsumer): void {
    void queue.follow().catch((thrown: unknown) => this.report('pausing a queue', thrown));
  }

  /** Announces what this node handles, in one write for all changes of a turn. */
  private tellMembers(): void {
    if (this.memberWrite !== undefined || this.isClosed) return;
    this.memberWrite = Promise.resolve()
      .then(() => {
        this.memberWrite = undefined;
        return this.members.write(this.handled, this.isLeaving);
      })
      .then(
        () => this.owner.look(),
        (thrown: unknown) => {
          this.report('the record of this node', thrown);
          this.timers.after(RETRY_MS, () => this.tellMembers());
        },
      );
  }

  private written(lane: number): void {
    if (this.parts.trimEveryMs === 0) this.trimSoon(lane);
  }

  private trimSoon(lane: number): void {
    if (this.trimming.has(lane)) return;
    this.trimming.add(lane);
    void this.trimmer
      .trimLane(lane)
      .catch((thrown: unknown) => this.report('trimming', thrown))
      .finally(() => this.trimming.delete(lane));
  }

  /** Starts trimming, also on a node that only publishes: there may be no other one. */
  private beginTrimming(): void {
    const { trimEveryMs = 0 } = this.parts;
    if (this.isTrimming || this.client.isTool === true) return;
    this.isTrimming = true;
    if (trimEveryMs === 0) return;
    this.timers.every(trimEveryMs, () => {
      void this.trimRounds.next().catch((thrown: unknown) => this.report('trimming', thrown));
    });
  }

  private report(what: string, thrown: unknown): void {
    if (!this.isClosed) this.client.monitor?.refused(what, engineFailure(thrown));
  }

  private closedError(): CatgaError {
    const { nodeId, namespace } = this.client;
    return new CatgaError('CATGA_ENGINE_UNAVAILABLE', `The connection of node '${nodeId}' is closed.`, {
      details: { nodeId, namespace },
    });
  }
}

/** Combines the lanes and the queue of a command. */
function together(inLanes: DurableSubscription, inQueue: DurableSubscription): DurableSubscription {
  const sum = (of: (one: DurableSubscription) => number | undefined): number =>
    (of(inLanes) ?? 0) + (of(inQueue) ?? 0);
  return {
    ...inLanes,
    waiting: sum(({ waiting }) => waiting),
    lag: {
      due: sum(({ lag }) => lag?.due),
      delayed: sum(({ lag }) => lag?.delayed),
      handling: sum(({ lag }) => lag?.handling),
      oldestDueMs: inLanes.lag?.oldestDueMs,
    },
  };
}

const MOVE_PAUSE_MS = 1000;
const RETRY_MS = 1000;
