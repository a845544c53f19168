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

/** How soon it is looked again whether a lane is free that another node is to give back, in milliseconds: the pause doubles. */
const FIRST_LOOK_MS = 25;
const LAST_LOOK_MS = 1000;
/** For how long a lane that is to move begins nothing, in milliseconds; if handlers still run then it goes on. */
const QUIET_MS = 1000;
/** After how long that is tried again, in milliseconds. */
const TRY_MOVE_MS = 5000;
/** Progress that nobody waits for is written after so many milliseconds. */
const SOMETIME_MS = 1000;

/** What was seen of an owner that is to give a lane back, or that does nothing. */
interface Watched {
  readonly version: string;
  readonly sinceMs: number;
}

/**
 * Which lanes this node owns, for each of its subscriptions, and how it comes by them and gives them back: by rendezvous hashing over
 * the nodes that handle the subscription, and compare-and-set on the record of progress.
 */
export class LaneOwner implements LaneContext, LaneListener {
  readonly session: string;
  private readonly log: LaneLog;
  private readonly readings: readonly LaneReadings[];
  private readonly tenures = new Map<string, LaneTenure>();
  private readonly subscriptions = new Map<string, LaneSubscription>();
  /** Until when shares that another node has just taken are left to it. */
  private readonly heldOff = new Map<string, number>();
  private readonly watched = new Map<string, Watched>();
  /** Shares that nobody served whose turn it was. */
  private readonly adopted = new Set<string>();
  /** Lanes that began anew, of subscriptions that the broker knows again. */
  private readonly restored = new Set<string>();
  /** Subscriptions of which it is reported that their progress record is filled. */
  private readonly filledOnes = new Set<string>();
  private readonly unhandled = new UnhandledNames();
  private lookMs = FIRST_LOOK_MS;
  private isLooking = false;
  private isWanted = false;
  private isScheduled = false;
  private isThorough = false;
  private isClosed = false;
  private isLookPlanned = false;
  private sometime: Set<LaneTenure> | undefined;

  /** @param onWritten told of each write of progress in a lane */
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

  /** How many events of this node's lanes are being handled, or could be. */
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

  /** Gives back what is owned for it as soon as nothing is handled there. */
  remove(subscription: LaneSubscription): void {
    subscription.isStopped = true;
    if (this.subscriptions.get(subscription.id) === subscription) this.subscriptions.delete(subscription.id);
    for (const share of this.shares()) if (share.subscription === subscription) this.giveBack(share);
    this.look();
  }

  /** Looks at what is to be owned, as soon as what runs now has returned. */
  look(): void {
    this.lookMs = FIRST_LOOK_MS;
    this.schedule();
  }

  /** The same, and also whether somebody serves the lanes of others. */
  lookThoroughly(): void {
    this.isThorough = true;
    this.schedule();
  }

  /** Gives everything back with what is done, whether something is handled or not. Resolves once that is written. */
  async giveBackAll(): Promise<void> {
    const written = [...this.shares()].map((share) => {
      share.abandon();
      this.giveBack(share);
      return share.state === 'held' ? share.tenure.confirmed(share) : Promise.resolve();
    });
    await Promise.allSettled(written);
  }

  /** Reads and writes nothing any more. */
  close(): void {
    this.isClosed = true;
    for (const readings of this.readings) readings.stop();
    for (const tenure of this.tenures.values()) tenure.close();
    for (const share of this.shares()) share.lose(undefined);
  }

  /** This node's part in a subscription in one lane. */
  shareOf(subscription: string, lane: number): LaneShare | undefined {
    return this.tenures.get(tenureKey(lane, groupOf(subscription, 'command')))?.shares.get(subscription);
  }

  /** All that is read or owned here. */
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
    // Without a section it was dropped.
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

  /** The lane begins anew. */
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
        if (this.lookMs === FIRST_LOOK_MS) await this.readRegister();
        if (isThorough) await this.forgetNames();
        if (await this.lookAtAll(isThorough)) this.lookAgain();
      }
    } catch (thrown) {
      this.report('the lanes of this node', thrown);
      this.lookAgain();
    } finally {
      this.isLooking = false;
      if (this.isWanted) this.schedule();
    }
  }

  /**
   * In a lane that is another one than when a subscription was made, the broker may have forgotten the subscription, too. Nothing is
   * read before it is known again: what none needs is trimmed.
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

  /** The names of subscriptions change with deployments. */
  private async readRegister(): Promise<void> {
    for (const subscription of this.subscriptions.values()) {
      const registered = await this.register.read(subscription.id);
      if (registered?.made !== subscription.registered.made) continue;
      const { wanted } = subscription;
      const isWhole = wanted.names.every((name) => registered.names.includes(name));
      // Those that could not see this node for long have forgotten its names.
      subscription.registered = isWhole ? registered : await this.register.make(wanted);
    }
  }

  /** What waits for a name that nobody handles any more waits no longer. */
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

  /** Resolves with whether something is to be had that another node still has. */
  private async lookAtAll(isThorough: boolean): Promise<boolean> {
    const candidates = new Map<LaneSubscription, readonly string[]>();
    for (const subscription of this.subscriptions.values())
      candidates.set(subscription, this.members.candidatesFor(subscription.registered));
    const lanes = Array.from({ length: this.log.lanes }, (_, lane) => lane);
    const waits = await Promise.all(lanes.map((lane) => this.lookAt(lane, candidates, isThorough)));
    return waits.includes(true);
  }

  private async lookAt(
    lane: number,
    candidates: ReadonlyMap<LaneSubscription, readonly string[]>,
    isThorough: boolean,
  ): Promise<boolean> {
    const wanted = new Map<string, LaneSubscription[]>();
    for (const [subscription, nodeIds] of candidates) {
      const isMine = ownerOf(lane, nodeIds) === this.nodeId || this.adopted.has(keyOf(subscription, lane));
      const share = this.tenures.get(tenureKey(lane, subscription.group))?.shares.get(subscription.id);
      if (share !== undefined) {
        if ((!isMine || share.isOutdated) && share.subscription === subscription) this.move(share);
        else if (share.subscription !== subscription) wanted.set('', []);
        continue;
      }
      if (!isMine && !(isThorough && nodeIds.includes(this.nodeId))) continue;
      const ofGroup = wanted.get(subscription.group);
      if (ofGroup === undefined) wanted.set(subscription.group, [subscription]);
      else ofGroup.push(subscription);
    }
    let waits = wanted.delete('');
    if (wanted.size === 0) return waits;
    const state = await this.log.state(lane);
    for (const [group, subscriptions] of wanted) {
      const tenure = this.tenureOf(lane, group);
      for (const subscription of subscriptions) await this.restore(subscription, lane, state);
      await tenure.load();
      for (const subscription of subscriptions) {
        const isMine = ownerOf(lane, candidates.get(subscription) ?? []) === this.nodeId;
        if (this.isClosed || subscription.isStopped || tenure.shares.has(subscription.id)) continue;
        if (isMine ? this.isFree(subscription, tenure) : this.isUnserved(subscription, tenure, state))
          this.open(subscription, tenure, state);
        else waits ||= isMine;
      }
    }
    return waits;
  }

  /** Whether nobody owns a share who is still there. */
  private isFree(subscription: LaneSubscription, tenure: LaneTenure): boolean {
    const key = keyOf(subscription, tenure.lane);
    const section = tenure.sectionOf(subscription.id);
    if (section === undefined || section.owner === '' || section.made !== subscription.registered.made)
      return true;
    // It was this node's, until the lane began anew.
    if (section.owner === this.session) return true;
    if ((this.heldOff.get(key) ?? 0) > this.nowMs()) return false;
    const state = this.members.stateOf(section.owner);
    if (state !== 'unheard') return state === 'gone';
    return this.isUnchanged(key, section, 2 * this.leaseMs);
  }

  /** Whether something waits that nobody has touched since it was looked before: whoever's turn it is does not know. */
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
    // What a queue waits for is not trimmed; other frames are.
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

  /** Another node is to have it. It is given as soon as nothing is handled there, or later. */
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
