import type { EngineMonitor } from '../ports/engine-monitor.js';
import type { LaneLog, LaneState } from '../ports/lane-log.js';
import type { LaneStore } from '../ports/lane-store.js';
import { afterThis } from '../time/next-turn.js';
import { engineFailure } from './engine-failure.js';
import type { LaneContext } from './lane-context.js';
import { groupOf, progressKey } from './lane-keys.js';
import type { LaneMembers } from './lane-members.js';
import type { LaneRegister } from './lane-register.js';
import { ownerOf } from './lane-of.js';
import { LaneReadings } from './lane-reading.js';
import type { LaneListener } from './lane-reading.js';
import { LaneShare } from './lane-share.js';
import type { LaneSubscription } from './lane-subscription.js';
import { LaneTenure, laneLostError } from './lane-tenure.js';
import type { LaneTimers } from './lane-timers.js';
import type { ProgressSection } from './progress-record.js';
import { startOf } from './share-start.js';
import { UnhandledNames } from './unhandled-names.js';

/** Initial delay before checking again whether another node has given a lane back, in milliseconds; doubles. */
const FIRST_LOOK_MS = 25;
const LAST_LOOK_MS = 1000;
/** Time during which a lane that has to move begins no events, in milliseconds; if handlers still run then, it continues. */
const QUIET_MS = 1000;
/** Delay before the move is retried, in milliseconds. */
const TRY_MOVE_MS = 5000;
/** Delay of a progress write without a waiter, in milliseconds. */
const SOMETIME_MS = 1000;

/** Observed state of an owner that has to give a lane back, or is idle. */
interface Watched {
  readonly version: string;
  readonly sinceMs: number;
}

/** A lane, and the subscriptions that may be opened in it. */
interface LookedAt {
  readonly lane: number;
  readonly tenures: ReadonlyMap<LaneTenure, readonly LaneSubscription[]>;
  /** Whether a share has to be given back before it is opened again. */
  readonly waits: boolean;
}

/**
 * Ownership of lanes by this node, for each of its subscriptions: assigned by rendezvous hashing over the nodes that handle the
 * subscription, acquired and given back by compare-and-set on the record of progress.
 */
export class LaneOwner implements LaneContext, LaneListener {
  readonly session: string;
  private readonly log: LaneLog;
  private readonly readings: readonly LaneReadings[];
  private readonly tenures = new Map<string, LaneTenure>();
  private readonly subscriptions = new Map<string, LaneSubscription>();
  /** Times until which shares just taken by another node are left to it. */
  private readonly heldOff = new Map<string, number>();
  private readonly watched = new Map<string, Watched>();
  /** Shares taken over because their assigned node did not serve them. */
  private readonly adopted = new Set<string>();
  /** Recreated lanes whose subscriptions were restored in the broker. */
  private readonly restored = new Set<string>();
  /** Subscriptions whose full progress record was reported. */
  private readonly filledOnes = new Set<string>();
  private readonly unhandled = new UnhandledNames();
  private lookMs = FIRST_LOOK_MS;
  private isLooking = false;
  private isWanted = false;
  private isScheduled = false;
  private isThorough = false;
  private isRegisterWanted = false;
  private isClosed = false;
  private isLookPlanned = false;
  private sometime: Set<LaneTenure> | undefined;

  /** @param onWritten called after each write of progress in a lane */
  constructor(
    private readonly store: LaneStore,
    private readonly register: LaneRegister,
    private readonly members: LaneMembers,
    readonly leaseMs: number,
    private readonly timers: LaneTimers,
    private readonly monitor: EngineMonitor | undefined,
    private readonly onWritten: (lane: number) => void,
  ) {
    this.session = members.session;
    this.log = store.log;
    this.readings = Array.from(
      { length: store.log.lanes },
      (_, lane) => new LaneReadings(store.log, lane, this),
    );
  }

  /** Number of running or due events in this node's lanes. */
  get due(): number {
    let due = this.isLooking || this.isScheduled ? 1 : 0;
    for (const share of this.shares()) due += share.due;
    for (const readings of this.readings) if (!readings.isCaughtUp) due++;
    return due;
  }

  add(subscription: LaneSubscription): void {
    this.subscriptions.set(subscription.id, subscription);
    this.look();
  }

  /** Removes a subscription: gives its lanes back as soon as none of their events is running. */
  remove(subscription: LaneSubscription): void {
    subscription.isStopped = true;
    if (this.subscriptions.get(subscription.id) === subscription) this.subscriptions.delete(subscription.id);
    for (const share of this.shares()) if (share.subscription === subscription) this.giveBack(share);
    this.look();
  }

  /** Checks the assignment of lanes, after the current call has returned. */
  look(): void {
    this.lookMs = FIRST_LOOK_MS;
    this.isRegisterWanted = true;
    this.schedule();
  }

  /** Lets the next look check also whether the lanes of other nodes are served. */
  beThorough(): void {
    this.isThorough = true;
  }

  /** Gives all lanes back with their progress, even if handlers run. Resolves once that is written. */
  async giveBackAll(): Promise<void> {
    const written = [...this.shares()].map((share) => {
      share.abandon();
      this.giveBack(share);
      return share.state === 'held' ? share.tenure.confirmed(share) : Promise.resolve();
    });
    await Promise.allSettled(written);
  }

  /** Stops reading and writing. */
  close(): void {
    this.isClosed = true;
    for (const readings of this.readings) readings.stop();
    for (const tenure of this.tenures.values()) tenure.close();
    for (const share of this.shares()) share.lose(undefined);
  }

  /** This node's share of a subscription in one lane. */
  shareOf(subscription: string, lane: number): LaneShare | undefined {
    return this.tenures.get(tenureKey(lane, groupOf(subscription, 'command')))?.shares.get(subscription);
  }

  /** All shares read or owned here. */
  *shares(): Iterable<LaneShare> {
    for (const { shares } of this.tenures.values()) yield* shares.values();
  }

  get mayTake(): boolean {
    return this.members.ownWrites.haveSucceededFor(2 * this.leaseMs);
  }

  nowMs(): number {
    return this.timers.nowMs();
  }

  after(delayMs: number, run: () => void): void {
    this.timers.after(delayMs, run);
  }

  writeSometime(tenure: LaneTenure): void {
    if (this.sometime === undefined) {
      const waiting = new Set<LaneTenure>();
      this.sometime = waiting;
      this.after(SOMETIME_MS, () => {
        this.sometime = undefined;
        for (const each of waiting) each.write();
      });
    }
    this.sometime.add(tenure);
  }

  taken(share: LaneShare): void {
    this.watched.delete(keyOf(share.subscription, share.lane));
    this.monitor?.note?.(
      `Lane ${share.lane} of '${share.subscription.id}' belongs to this node (epoch ${share.epoch}).`,
    );
  }

  given(share: LaneShare): void {
    this.dismiss(share);
    this.monitor?.note?.(`Lane ${share.lane} of '${share.subscription.id}' was given back.`);
    this.look();
  }

  lost(share: LaneShare, section: ProgressSection | undefined): void {
    this.readings[share.lane]?.remove(share);
    share.lose(laneLostError(share, section));
    this.heldOff.set(keyOf(share.subscription, share.lane), this.nowMs() + 2 * this.leaseMs);
    // Without a section the subscription was dropped.
    if (section === undefined) this.remove(share.subscription);
    else
      this.monitor?.note?.(`Lane ${share.lane} of '${share.subscription.id}' was taken by ${section.owner}.`);
    this.look();
  }

  displaced(at: LaneShare | number): void {
    if (typeof at === 'number') this.laneDisplaced(at);
    else {
      this.dismiss(at);
      this.look();
    }
  }

  filled({ subscription, lane }: LaneShare): void {
    if (this.filledOnes.has(subscription.id)) return;
    this.filledOnes.add(subscription.id);
    this.monitor?.warn(
      `'${subscription.id}' has begun so many events of lane ${lane} that are not done that it reads no further there until some are: ` +
        'they wait behind others of their keys, hang, or wait for another attempt. Look for handlers that do not end, and for what they fail with.',
    );
  }

  roomFor(share: LaneShare): void {
    this.readings[share.lane]?.roomFor(share);
  }

  dropped({ subscription, lane }: LaneShare, events: number): void {
    this.monitor?.warn(
      `${events} events of lane ${lane} that '${subscription.id}' had read, and left in the log behind others of their keys, ` +
        'were dropped before they were handled: the log was trimmed or purged, or its retention is too short.',
    );
  }

  written(tenure: LaneTenure): void {
    this.members.ownWrites.succeeded();
    this.onWritten(tenure.lane);
  }

  failed(tenure: LaneTenure, reason: Error): void {
    this.members.ownWrites.failed();
    this.report(`progress in lane ${tenure.lane}`, reason);
  }

  missing(lane: number, from: number, before: number): void {
    this.monitor?.warn?.(
      `${before - from} frames of lane ${lane} were dropped before they were read: the log was trimmed or purged, or its retention is too short.`,
    );
  }

  /** Called when a lane was recreated. */
  private laneDisplaced(lane: number): void {
    this.monitor?.warn?.(
      `Lane ${lane} has begun anew: the broker came back empty, or its positions went back.`,
    );
    for (const share of this.shares()) {
      if (share.lane !== lane) continue;
      share.tenure.remove(share);
      this.dismiss(share);
    }
    this.look();
  }

  /** Reports a failure, unless its cause is that this node has stopped. */
  private report(what: string, thrown: unknown): void {
    if (!this.isClosed) this.monitor?.refused?.(what, engineFailure(thrown));
  }

  private dismiss(share: LaneShare): void {
    this.readings[share.lane]?.remove(share);
    share.lose(undefined);
  }

  private schedule(): void {
    this.isWanted = true;
    if (this.isScheduled || this.isLooking || this.isClosed) return;
    this.isScheduled = true;
    afterThis(() => {
      this.isScheduled = false;
      void this.lookNow();
    });
  }

  private async lookNow(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      while (this.isWanted && !this.isClosed) {
        this.isWanted = false;
        const isThorough = this.isThorough;
        this.isThorough = false;
        await this.members.read();
        if (this.isRegisterWanted) await this.readRegister();
        if (isThorough) await this.forgetNames();
        if (await this.lookAtAll(isThorough)) this.lookAgain();
      }
    } catch (thrown) {
      this.isRegisterWanted = true;
      this.report('the lanes of this node', thrown);
      this.lookAgain();
    } finally {
      this.isLooking = false;
      if (this.isWanted) this.schedule();
    }
  }

  /**
   * Restores a subscription in a recreated lane, because the broker may have lost the subscription, too. Nothing is read before, because
   * frames that no subscription needs are trimmed.
   */
  private async restore(
    subscription: LaneSubscription,
    lane: number,
    { identity }: LaneState,
  ): Promise<void> {
    const { registered } = subscription;
    const key = `${registered.id} ${lane} ${identity}`;
    if (registered.starts[lane]?.identity === identity || this.restored.has(key)) return;
    subscription.registered = await this.register.restore(registered);
    this.restored.add(key);
  }

  /** Reads the registered subscriptions, whose names change with deployments. */
  private async readRegister(): Promise<void> {
    this.isRegisterWanted = false;
    for (const subscription of this.subscriptions.values()) {
      const registered = await this.register.read(subscription.id);
      if (registered?.made !== subscription.registered.made) continue;
      const { wanted } = subscription;
      const isWhole = wanted.names.every((name) => registered.names.includes(name));
      // Nodes that could not see this node for long have removed its names.
      subscription.registered = isWhole ? registered : await this.register.make(wanted);
    }
  }

  /** Removes names without a handler, so that their events no longer wait. */
  private async forgetNames(): Promise<void> {
    for (const subscription of this.subscriptions.values()) {
      const { id, registered } = subscription;
      const names = this.unhandled.due(registered, this.members.namesOf(id), this.nowMs());
      const left = names.length === 0 ? undefined : await this.register.forget(id, names);
      if (left?.made !== registered.made) continue;
      subscription.registered = left;
      this.monitor?.note?.(`'${id}' has no handler of ${names.join(', ')} any more.`);
    }
  }

  private lookAgain(): void {
    if (this.isLookPlanned) return;
    this.isLookPlanned = true;
    this.after(this.lookMs, () => {
      this.isLookPlanned = false;
      this.schedule();
    });
    this.lookMs = Math.min(LAST_LOOK_MS, this.lookMs * 2);
  }

  /** Checks all shares. Resolves with whether another node still holds one assigned to this node. */
  private async lookAtAll(isThorough: boolean): Promise<boolean> {
    const candidates = new Map<LaneSubscription, readonly string[]>();
    for (const subscription of this.subscriptions.values())
      candidates.set(subscription, this.members.candidatesFor(subscription.registered));
    const all = Array.from({ length: this.log.lanes }, (_, lane) =>
      this.lookAt(lane, candidates, isThorough),
    );
    // The records are read first: their owners are members, and their frames in the lane, no later than that.
    const wanted = all.flatMap(({ tenures }) => [...tenures]);
    await Promise.all(wanted.map(([tenure]) => tenure.load()));
    if (wanted.some(([tenure, subscriptions]) => this.hasUnknownOwner(tenure, subscriptions)))
      await this.members.read();
    const waits = await Promise.all(all.map((looked) => this.openIn(looked, candidates)));
    return waits.includes(true);
  }

  /** Moves shares that are assigned to other nodes, and finds those that may be opened. */
  private lookAt(
    lane: number,
    candidates: ReadonlyMap<LaneSubscription, readonly string[]>,
    isThorough: boolean,
  ): LookedAt {
    const tenures = new Map<LaneTenure, LaneSubscription[]>();
    let waits = false;
    for (const [subscription, nodeIds] of candidates) {
      const isMine = ownerOf(lane, nodeIds) === this.nodeId || this.adopted.has(keyOf(subscription, lane));
      const share = this.tenures.get(tenureKey(lane, subscription.group))?.shares.get(subscription.id);
      if (share !== undefined) {
        if (share.subscription !== subscription) waits = true;
        else if (!isMine || share.isOutdated) this.move(share);
      } else if (isMine || (isThorough && nodeIds.includes(this.nodeId))) {
        const tenure = this.tenureOf(lane, subscription.group);
        const ofTenure = tenures.get(tenure);
        if (ofTenure === undefined) tenures.set(tenure, [subscription]);
        else ofTenure.push(subscription);
      }
    }
    return { lane, tenures, waits };
  }

  /** Opens the shares of a lane that no other node serves. Resolves with whether another node still holds one assigned to this node. */
  private async openIn(
    { lane, tenures, waits }: LookedAt,
    candidates: ReadonlyMap<LaneSubscription, readonly string[]>,
  ): Promise<boolean> {
    if (tenures.size === 0) return waits;
    const known = new Map<string, number>();
    for (const tenure of tenures.keys()) tenure.addKnown(known);
    const state = await this.log.state(lane, known);
    let isAnothers = waits;
    for (const [tenure, subscriptions] of tenures) {
      for (const subscription of subscriptions) await this.restore(subscription, lane, state);
      for (const subscription of subscriptions) {
        const isMine = ownerOf(lane, candidates.get(subscription) ?? []) === this.nodeId;
        if (this.isClosed || subscription.isStopped || tenure.shares.has(subscription.id)) continue;
        if (isMine ? this.isFree(subscription, tenure) : this.isUnserved(subscription, tenure, state))
          this.open(subscription, tenure, state);
        else isAnothers ||= isMine;
      }
    }
    return isAnothers;
  }

  private hasUnknownOwner(tenure: LaneTenure, subscriptions: readonly LaneSubscription[]): boolean {
    return subscriptions.some(({ id }) => {
      const owner = tenure.sectionOf(id)?.owner ?? '';
      return owner !== '' && this.members.stateOf(owner) === 'gone';
    });
  }

  /** Whether a share has no living owner. */
  private isFree(subscription: LaneSubscription, tenure: LaneTenure): boolean {
    const key = keyOf(subscription, tenure.lane);
    const section = tenure.sectionOf(subscription.id);
    if (section === undefined || section.owner === '' || section.made !== subscription.registered.made)
      return true;
    // It was this node's, until the lane was recreated.
    if (section.owner === this.session) return true;
    if ((this.heldOff.get(key) ?? 0) > this.nowMs()) return false;
    const state = this.members.stateOf(section.owner);
    if (state !== 'unheard') return state === 'gone';
    return this.isUnchanged(key, section, 2 * this.leaseMs);
  }

  /** Whether events wait untouched since the previous check, so that the assigned node does not serve them. */
  private isUnserved(subscription: LaneSubscription, tenure: LaneTenure, state: LaneState): boolean {
    const key = keyOf(subscription, tenure.lane);
    const section = tenure.sectionOf(subscription.id);
    const start = startOf(subscription.registered, tenure.lane, section, state, this.session).start.progress
      .floor;
    const owner = section?.owner ?? '';
    const isOwned = owner !== '' && this.members.stateOf(owner) === 'present';
    if (isOwned || start > state.last) {
      this.watched.delete(key);
      return false;
    }
    if (!this.isUnchanged(key, section, 3 * this.leaseMs)) return false;
    this.adopted.add(key);
    return true;
  }

  private isUnchanged(key: string, section: ProgressSection | undefined, forMs: number): boolean {
    const version = section === undefined ? '' : `${section.owner} ${section.epoch} ${section.beat}`;
    const before = this.watched.get(key);
    if (before?.version === version) return this.nowMs() - before.sinceMs >= forMs;
    this.watched.set(key, { version, sinceMs: this.nowMs() });
    return false;
  }

  private open(subscription: LaneSubscription, tenure: LaneTenure, state: LaneState): void {
    const { lane } = tenure;
    const section = tenure.sectionOf(subscription.id);
    const { start, missing, isDisplaced } = startOf(
      subscription.registered,
      lane,
      section,
      state,
      this.session,
    );
    // Frames of waiting commands are not trimmed; others are.
    if (missing > 0 && subscription.kind === 'event')
      this.missing(lane, start.progress.floor - missing, start.progress.floor);
    if (isDisplaced)
      this.monitor?.warn?.(
        `Lane ${lane} is not the one that '${subscription.id}' has read: it goes on with what is there.`,
      );
    const share = new LaneShare(subscription, lane, tenure, start, this.log, this);
    tenure.add(share);
    this.readings[lane]?.add(share);
  }

  /** Moves a share to another node once none of its events is running, or later. */
  private move(share: LaneShare): void {
    if (share.isHolding || (share.state === 'held' && this.nowMs() < share.movableMs)) return;
    this.giveBack(share);
    if (share.state !== 'held' || share.subscription.isStopped) return;
    this.after(QUIET_MS, () => {
      if (share.state !== 'held' || !share.isBusy || share.subscription.isStopped) return;
      share.isHolding = false;
      share.movableMs = this.nowMs() + TRY_MOVE_MS;
      share.subscription.activate(share);
      this.after(TRY_MOVE_MS, () => this.look());
    });
  }

  private giveBack(share: LaneShare): void {
    share.isHolding = true;
    if (share.state === 'open' && !share.isTaking) {
      share.tenure.remove(share);
      this.dismiss(share);
    } else if (!share.isBusy) share.tenure.write();
  }

  private tenureOf(lane: number, group: string): LaneTenure {
    const key = tenureKey(lane, group);
    let tenure = this.tenures.get(key);
    if (tenure === undefined) {
      tenure = new LaneTenure(lane, group, progressKey(lane, group), this.store.records, this);
      this.tenures.set(key, tenure);
    }
    return tenure;
  }

  private get nodeId(): string {
    return this.session.slice(0, this.session.indexOf('/'));
  }
}

function keyOf({ id }: LaneSubscription, lane: number): string {
  return `${lane}/${id}`;
}

function tenureKey(lane: number, group: string): string {
  return `${lane}/${group}`;
}
