import { CatgaError } from '../errors/catga-error.js';
import type { LaneLog } from '../ports/lane-log.js';
import type { LogMessage } from '../ports/stored-message.js';
import { afterThis } from '../time/next-turn.js';
import { EntryQueue } from './entry-queue.js';
import { FailedEvents } from './failed-events.js';
import { MOST_EVENTS } from './event-frame.js';
import type { FrameContent, LaneEvent } from './event-frame.js';
import { FrameWindow } from './frame-window.js';
import type { FrameSlot } from './frame-window.js';
import { FEW_OF_KEY, KeyLine } from './key-line.js';
import type { LaneContext } from './lane-context.js';
import type { LaneDelivery } from './lane-delivery.js';
import { LaneEntry } from './lane-entry.js';
import { LaneRecall } from './lane-recall.js';
import type { LaneSubscription } from './lane-subscription.js';
import { lostWithoutRecord } from './lane-tenure.js';
import type { LaneTenure } from './lane-tenure.js';
import { FAILURE_BYTES, FRAME_BYTES } from './progress-record.js';
import type { ProgressSection, RecordedFailure } from './progress-record.js';
import { SUSPICIOUS_CRASHES } from './share-start.js';
import { placeOf, positionOf } from './spilled-places.js';

/** Maximum number of prefetched events of a subscription in a lane that wait for no other event, and their maximum size in bytes. */
const MOST_AHEAD = 2048;
const MOST_BYTES_AHEAD = 8 * 1024 * 1024;
/** Maximum number of events left in the log behind others of their keys, whose places are known. */
const MOST_SPILLED = 65_536;
/** Number of frames beyond the begun ones that the owner may begin before the next write. */
const REACH_FRAMES = 64;
/** Share of its room in the record of progress that a subscription fills before reading stops. */
const FILLED_SHARE = 0.9;
/** Maximum share of that room for failed events. */
const FAILURES_SHARE = 0.75;

/** Maximum number of recorded cancelled commands above the floor. */
const MOST_SKIPS = 1024;

/** State of a command in a share. */
export interface ShareEntryState {
  /** `elsewhere`: this node does not own the share. */
  readonly state: 'waiting' | 'delayed' | 'running' | 'done' | 'elsewhere';
  /** Remaining delay of a delayed command, in milliseconds. */
  readonly waitMs?: number;
}

/** Start state of a share. */
export type ShareStart = Omit<ProgressSection, 'owner' | 'reach' | 'handling' | 'alone'>;

/** Share of a node: one subscription in one lane, with its read, waiting, running and settled events. */
export class LaneShare {
  readonly window: FrameWindow;
  /** `open`: it is read; `held`: this node owns it and handles its events; `lost`: another node owns it. */
  state: 'open' | 'held' | 'lost' = 'open';
  epoch: number;
  crashes: number;
  suspectsEnd: number;
  /** The suspect that is handled alone. */
  alone: LaneEntry | undefined;
  /** Whether this node may own it already: the result of its write is unknown. */
  isTaking = false;
  /** Whether it begins no events, because the lane is about to move to another node. */
  isHolding = false;
  /** Monotonic time until which it stays here although it is assigned to another node, in milliseconds. */
  movableMs = -Infinity;
  /** Events before this position may begin. */
  reach = 0;
  /** Number of suspects ready to be handled. */
  readySuspects = 0;
  /** Whether reading continues once there is room. */
  isWaitingForRoom = false;
  /** Whether it is among the active shares of {@link LaneSubscription}. */
  isActive = false;
  /** Whether unfinished or failed events fill its room in the record of progress. */
  isRecordFilled = false;
  /** Names of the subscription when it was opened. */
  private readonly names: readonly string[];
  private readonly recall: LaneRecall;
  private readonly ready = new EntryQueue();
  private readonly lines = new Map<string, KeyLine>();
  private readonly running: LaneDelivery[] = [];
  private readonly failed: FailedEvents;
  /** Places of cancelled commands above the floor. */
  private readonly skips: Set<number>;
  private ahead = 0;
  private isAbandoned = false;
  private bytesAhead = 0;
  private spilled = 0;
  private nextReach = 0;
  private begunEnd = 0;
  private beats = 0;

  constructor(
    readonly subscription: LaneSubscription,
    readonly lane: number,
    readonly tenure: LaneTenure,
    readonly start: ShareStart,
    log: LaneLog,
    private readonly context: Pick<LaneContext, 'nowMs' | 'roomFor' | 'dropped'>,
  ) {
    this.names = subscription.registered.names;
    this.recall = new LaneRecall(log, this);
    this.window = new FrameWindow(start.progress);
    this.epoch = start.epoch;
    this.crashes = start.crashes;
    this.suspectsEnd = start.suspectsEnd;
    this.failed = new FailedEvents(start.failures);
    this.skips = new Set(start.skips.map(([position, index]) => placeOf(position, index)));
  }

  /** Whether reading for it should stop for now. */
  get isFull(): boolean {
    return this.isBeyond(1);
  }

  /** Whether the subscription has lost names since the share was opened, whose events are left for other nodes. */
  get isOutdated(): boolean {
    const { names } = this.subscription.registered;
    return this.names.some((name) => !names.includes(name));
  }

  /** Whether events are running or about to begin. */
  get isBusy(): boolean {
    return this.running.length > 0 || this.alone !== undefined;
  }

  /** Number of running or due events. */
  get due(): number {
    const begin = this.state === 'lost' || this.subscription.isPaused ? 0 : this.ready.size;
    return this.running.length + begin;
  }

  /** Whether suspects remain to be handled alone. */
  get hasSuspects(): boolean {
    if (this.state !== 'held' || this.crashes < SUSPICIOUS_CRASHES || this.subscription.isPaused)
      return false;
    // Suspects behind a full buffer are found once there is room.
    const isRead = this.window.next >= this.suspectsEnd || this.isWaitingForRoom;
    return this.alone !== undefined || this.readySuspects > 0 || !isRead;
  }

  /** Adds the next read frame. */
  add(position: number, { content, isFresh }: FrameContent): void {
    const { window, subscription } = this;
    const isDone = window.wasDone(position);
    const slot = window.open(position);
    const failures = this.failed.read(position);
    const isSuspect = this.crashes >= SUSPICIOUS_CRASHES && position < this.suspectsEnd;
    const events = isDone ? 0 : content.length;
    for (let index = 0; index < events; index++) {
      const event = content[index];
      if (event === undefined || slot.isDone(index)) continue;
      if (this.skips.has(placeOf(position, index))) {
        slot.leaveOut(index);
        continue;
      }
      const isWanted = subscription.wants(event);
      if (!isWanted && !subscription.leaves(event)) continue;
      slot.left++;
      if (isWanted) this.addEvent(slot, index, event, isFresh, isSuspect, failures);
    }
    if (slot.left === 0) {
      window.rise();
      this.tenure.passed(this);
    } else this.tenure.want(this);
    if (position + 1 === this.suspectsEnd) this.subscription.look(this);
  }

  /** Called when this node owns the share; handling begins. */
  held(epoch: number): void {
    this.epoch = epoch;
    this.state = 'held';
    this.subscription.activate(this);
  }

  /** Called when this node no longer owns the share: aborts the signals of running handlers, whose outcomes have no effect. */
  lose(reason: CatgaError | undefined): void {
    if (this.state === 'lost') return;
    this.state = 'lost';
    this.recall.stop();
    this.ready.clear();
    this.lines.clear();
    this.failed.clear();
    this.readySuspects = 0;
    this.alone = undefined;
    this.subscription.look(this);
    for (const { handledBy } of this.running) handledBy?.lost(reason);
  }

  /** Gives running events back unchanged; their outcomes have no effect here. */
  abandon(): void {
    this.isAbandoned = true;
    this.running.length = 0;
    this.alone = undefined;
  }

  /** Stops reading for it until there is room. */
  waitForRoom(): void {
    this.isWaitingForRoom = true;
    this.subscription.look(this);
  }

  /** State of a command with a key. */
  stateOf(position: number, index: number, key: string): ShareEntryState {
    if (this.state !== 'held' || this.isAbandoned) return { state: 'elsewhere' };
    const slot = this.window.at(position);
    const isDone = slot === undefined ? position < this.window.next : slot.isDone(index);
    if (isDone || this.skips.has(placeOf(position, index))) return { state: 'done' };
    const entry = this.entryAt(position, index, key);
    if (entry === undefined) return { state: 'waiting' };
    if (this.isRunning(entry)) return { state: 'running' };
    const waitMs = entry.dueMs === 0 ? 0 : entry.dueMs - this.context.nowMs();
    return waitMs > 0 ? { state: 'delayed', waitMs } : { state: 'waiting' };
  }

  /**
   * Cancels a command that has not begun. Resolves with its previous state, once the cancellation is recorded. Rejects with
   * `CATGA_NODE_LOST` if the share is lost before, and with `CATGA_OVERLOADED` if too many are recorded.
   */
  async cancel(position: number, index: number, key: string): Promise<ShareEntryState> {
    const before = this.stateOf(position, index, key);
    if (before.state !== 'waiting' && before.state !== 'delayed') return before;
    if (this.skips.size >= MOST_SKIPS) throw tooManyCancelled(this);
    this.skips.add(placeOf(position, index));
    const slot = this.window.at(position);
    if (slot !== undefined) this.window.settle(slot, index);
    const entry = this.entryAt(position, index, key);
    if (entry !== undefined) this.takeOut(entry);
    this.lookForRoom();
    await this.confirmed();
    return before;
  }

  /** Whether a node that assumed this one gone has cancelled commands that this node does not know as cancelled. */
  ignores(skips: ProgressSection['skips']): boolean {
    return skips.some(
      ([position, index]) => position >= this.window.floor && !this.skips.has(placeOf(position, index)),
    );
  }

  /** Takes the next event that may begin now; undefined if there is none, or progress has to be written first. */
  takeReady(nowMs: number): LaneEntry | undefined {
    while (this.ready.first?.isCancelled === true) this.dropFirst();
    const { first } = this.ready;
    if (first === undefined || this.state !== 'held' || this.isHolding) return undefined;
    const { position } = first.slot;
    if (!this.tenure.isFresh(nowMs) || position >= this.reach) {
      this.tenure.write();
      return undefined;
    }
    if (position >= this.reach - REACH_FRAMES / 2) this.tenure.writeSoon();
    if (first.isSuspect) this.readySuspects--;
    this.begunEnd = Math.max(this.begunEnd, position + 1);
    return this.ready.take();
  }

  takeSuspect(): LaneEntry | undefined {
    if (this.state !== 'held' || this.isHolding) return undefined;
    const suspect = this.ready.takeSuspect();
    if (suspect === undefined) return undefined;
    this.readySuspects--;
    if (suspect.isCancelled) {
      afterThis(() => this.subscription.look(this));
      return undefined;
    }
    this.begunEnd = Math.max(this.begunEnd, suspect.slot.position + 1);
    return suspect;
  }

  begin(delivery: LaneDelivery): void {
    delivery.place = this.running.push(delivery) - 1;
    // Long-running events are recorded as running.
    this.tenure.writeSoon();
  }

  /** Settles an event for this subscription. */
  done(delivery: LaneDelivery): void {
    const { entry } = delivery;
    this.end(delivery);
    if (this.isOver) return;
    this.window.settle(entry.slot, entry.index);
    if (entry.attempts > 0) this.failed.delete(entry);
    this.letGo(entry.message);
    if (entry.line !== undefined) this.advance(entry.line);
    this.tenure.progressed();
    this.lookForRoom();
  }

  /** Schedules another attempt at an event. */
  returned(delivery: LaneDelivery, delayMs: number, attempts: number): void {
    const { entry } = delivery;
    this.end(delivery);
    if (this.isOver) return;
    if (attempts !== entry.attempts || attempts > 0) {
      entry.attempts = attempts;
      this.failed.add(entry);
      this.tenure.progressed();
    }
    if (delayMs > 0) this.delay(entry, delayMs);
    else this.makeReady(entry, true);
  }

  /** Resolves once the progress is recorded. `CATGA_NODE_LOST` if this node has lost the share before. */
  confirmed(): Promise<void> {
    if (this.isOver) return Promise.reject(lostWithoutRecord(this));
    return this.tenure.confirmed(this);
  }

  /** Adds events from a frame that was read again: those that are next of their keys, as far as there is room. */
  addSpilled(position: number, { content, isFresh }: FrameContent): void {
    for (let index = 0; index < content.length; index++) {
      const event = content[index];
      const line = event?.message.key === undefined ? undefined : this.lines.get(event.message.key);
      if (event === undefined || line?.nextPlace !== placeOf(position, index) || !line.hasRoom) continue;
      this.fetched(line);
      const slot = this.window.at(position);
      if (slot !== undefined && !slot.isDone(index))
        this.keep(new LaneEntry(slot, index, event.message, isFresh, 0, false, line, event.problem));
      else if (line.isEmpty) this.lines.delete(line.key);
    }
  }

  /** Skips the next event of a key, which is gone or undecodable. Returns whether it was still unhandled. */
  skipSpilled(line: KeyLine): boolean {
    const place = line.nextPlace;
    if (place === undefined) return false;
    this.fetched(line);
    const slot = this.window.at(positionOf(place));
    const index = place % MOST_EVENTS;
    const isOpen = slot !== undefined && !slot.isDone(index);
    if (isOpen) this.window.settle(slot, index);
    if (line.isEmpty) this.lines.delete(line.key);
    return isOpen;
  }

  /** Called when unhandled events left in the log are gone. */
  dropped(events: number): void {
    if (this.isOver) return;
    this.context.dropped(this, events);
    this.tenure.progressed();
    this.lookForRoom();
  }

  /**
   * Section to write. It takes effect once written.
   *
   * @param mostBytes room for unfinished events; omitted ones are handled again after a crash
   */
  section(owner: string, epoch: number, mostBytes: number): ProgressSection {
    const { window, start } = this;
    if (this.suspectsEnd > 0 && window.floor >= this.suspectsEnd) {
      this.crashes = 0;
      this.suspectsEnd = 0;
    }
    const first = this.ready.first?.slot.position ?? window.floor;
    this.nextReach = Math.max(this.begunEnd, first, window.floor) + REACH_FRAMES;
    const mostFailures = Math.floor((mostBytes * FAILURES_SHARE) / FAILURE_BYTES);
    const failures = this.failed.record(mostFailures, this.context.nowMs());
    const mostOpen = Math.floor((mostBytes - failures.length * FAILURE_BYTES) / FRAME_BYTES);
    const progress = window.record(mostOpen);
    this.isRecordFilled = fills(failures.length, mostFailures) || fills(progress.open.length, mostOpen);
    return {
      made: start.made,
      epoch,
      owner,
      identity: start.identity,
      progress,
      failures,
      reach: this.nextReach,
      crashes: this.crashes,
      suspectsEnd: this.suspectsEnd,
      alone: this.alone && [this.alone.slot.position, this.alone.index],
      skips: this.recordedSkips(),
      handling: this.running.length,
      beat: ++this.beats,
    };
  }

  /** Called when the last {@link section} is written. */
  written(): void {
    this.reach = this.nextReach;
    if (this.ready.size > 0) this.subscription.activate(this);
    this.lookForRoom();
  }

  private lookForRoom(): void {
    if (!this.isWaitingForRoom || this.isBeyond(0.5)) return;
    this.isWaitingForRoom = false;
    this.context.roomFor(this);
  }

  private isBeyond(share: number): boolean {
    return (
      this.isRecordFilled ||
      this.ahead >= MOST_AHEAD * share ||
      this.bytesAhead >= MOST_BYTES_AHEAD * share ||
      this.spilled >= MOST_SPILLED * share
    );
  }

  private recordedSkips(): ProgressSection['skips'] {
    for (const place of this.skips) if (positionOf(place) < this.window.floor) this.skips.delete(place);
    return Array.from(this.skips, (place) => [positionOf(place), place % MOST_EVENTS] as const);
  }

  private entryAt(position: number, index: number, key: string): LaneEntry | undefined {
    let entry = this.lines.get(key)?.first;
    while (entry !== undefined && (entry.slot.position !== position || entry.index !== index))
      entry = entry.next;
    return entry;
  }

  private isRunning(entry: LaneEntry): boolean {
    return this.alone === entry || this.running.some((delivery) => delivery.entry === entry);
  }

  /** Removes an entry that has not begun, and admits the next of its key if this one was first. */
  private takeOut(entry: LaneEntry): void {
    const { line } = entry;
    entry.isCancelled = true;
    if (entry.attempts > 0) this.failed.delete(entry);
    if (line === undefined) return;
    if (line.first !== entry) {
      line.remove(entry);
      this.bytesAhead -= entry.message.body.length;
      if (line.hasSpilled && line.size < FEW_OF_KEY) this.recall.need(line);
      return;
    }
    this.letGo(entry.message);
    this.advance(line);
    // Otherwise it would not be checked again if nothing else begins.
    if (this.state === 'held') this.subscription.activate(this);
  }

  /** Drops a cancelled first entry. */
  private dropFirst(): void {
    if (this.ready.take()?.isSuspect === true) this.readySuspects--;
  }

  private get isOver(): boolean {
    return this.state === 'lost' || this.isAbandoned;
  }

  private addEvent(
    slot: FrameSlot,
    index: number,
    { message, target, problem }: LaneEvent,
    isFresh: boolean,
    isSuspect: boolean,
    failures: readonly RecordedFailure[] | undefined,
  ): void {
    const failure = failures?.find((one) => one.index === index);
    // A redriven event has no place in the order.
    const line = message.key === undefined || target !== undefined ? undefined : this.lineOf(message.key);
    if (line?.isLong === true && failure === undefined) {
      line.spill(placeOf(slot.position, index));
      this.spilled++;
      return;
    }
    // One that waits for an earlier event of its key had not begun.
    const mayHaveBegun = isSuspect && (line === undefined || line.isEmpty);
    const { attempts = 0, kills = 0 } = failure ?? {};
    const entry = new LaneEntry(slot, index, message, isFresh, attempts, mayHaveBegun, line, problem, kills);
    if (failure !== undefined) {
      this.failed.add(entry);
      if (failure.waitMs > 0) entry.dueMs = this.context.nowMs() + failure.waitMs;
    }
    this.keep(entry);
  }

  private keep(entry: LaneEntry): void {
    this.bytesAhead += entry.message.body.length;
    if (entry.line === undefined || entry.line.add(entry)) this.admit(entry);
  }

  private letGo({ body }: LogMessage): void {
    this.ahead--;
    this.bytesAhead -= body.length;
  }

  private lineOf(key: string): KeyLine {
    let line = this.lines.get(key);
    if (line === undefined) {
      line = new KeyLine(key);
      this.lines.set(key, line);
    }
    return line;
  }

  private advance(line: KeyLine): void {
    const next = line.advance();
    if (next !== undefined) this.admitNext(next);
    if (line.hasSpilled) {
      if (line.size < FEW_OF_KEY) this.recall.need(line);
    } else if (next === undefined) this.lines.delete(line.key);
  }

  private fetched(line: KeyLine): void {
    line.fetched();
    this.spilled--;
  }

  /**
   * Admits the next event of a key. After the crash of an owner only once the previous one is recorded, so that it is known which had
   * begun.
   */
  private admitNext(next: LaneEntry): void {
    if (this.crashes === 0 || next.slot.position >= this.suspectsEnd) return this.admit(next);
    void this.admitOnceRecorded(next);
  }

  private async admitOnceRecorded(entry: LaneEntry): Promise<void> {
    // A lost share admits nothing.
    await this.tenure.confirmed(this).catch(() => {});
    if (!this.isOver) this.admit(entry);
  }

  /** Makes an entry ready. */
  private admit(entry: LaneEntry): void {
    this.ahead++;
    const waitMs = entry.dueMs === 0 ? 0 : entry.dueMs - this.context.nowMs();
    if (waitMs > 0) this.delay(entry, waitMs);
    else this.makeReady(entry);
  }

  private delay(entry: LaneEntry, delayMs: number): void {
    entry.dueMs = this.context.nowMs() + delayMs;
    entry.detach();
    this.subscription.after(delayMs, () => {
      if (this.state !== 'lost') this.makeReady(entry);
    });
  }

  private makeReady(entry: LaneEntry, isFirst = false): void {
    entry.dueMs = 0;
    if (entry.isCancelled) return;
    if (entry.isSuspect) this.readySuspects++;
    if (isFirst) this.ready.addFirst(entry);
    else this.ready.add(entry);
    if (this.state === 'held') this.subscription.activate(this);
  }

  private end(delivery: LaneDelivery): void {
    const { running } = this;
    // The last one takes its index.
    if (running[delivery.place] === delivery) {
      const last = running.pop() ?? delivery;
      if (last !== delivery) {
        running[delivery.place] = last;
        last.place = delivery.place;
      }
    }
    if (this.isHolding && running.length === 0) this.tenure.write();
    this.subscription.ended(this, delivery.entry);
  }
}

/** Whether a buffer is nearly full. */
function fills(count: number, most: number): boolean {
  return count > 0 && count >= most * FILLED_SHARE;
}

function tooManyCancelled({ subscription, lane }: LaneShare): CatgaError {
  return new CatgaError(
    'CATGA_OVERLOADED',
    `${MOST_SKIPS} cancelled commands of '${subscription.id}' are still in lane ${lane}, behind others that have not ended.`,
    { details: { subscription: subscription.id, lane } },
  );
}
