import { CatgaError, toError } from '../errors/catga-error.js';
import type { RecordStore, VersionedRecord } from '../ports/record-store.js';
import { afterThis } from '../time/next-turn.js';
import type { LaneContext } from './lane-context.js';
import type { LaneShare } from './lane-share.js';
import { decodeProgress, encodeProgress } from './progress-record.js';
import type { ProgressSection } from './progress-record.js';

/** Interval of writing progress, in milliseconds. */
const WRITE_EVERY_MS = 25;
/** Number of events between two checks of that interval. */
const LOOK_EVERY = 64;
/** Number of passed frames without wanted events after which progress is written. */
const PASSED_FRAMES = 256;
/**
 * Approximate maximum size of one subscription's unfinished events in a record, and the maximum share of a record for all subscriptions.
 */
const MOST_SECTION_BYTES = 64 * 1024;
const SECTIONS_SHARE = 0.5;
/** Initial delay before a failed write is retried, in milliseconds; doubles, up to half of a lease. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2000;

/**
 * Tenure of this node over one group of subscriptions in one lane, with their record of progress. One write at a time; later changes are in
 * the next one.
 */
export class LaneTenure {
  /** Shares read or owned here, by subscription. */
  readonly shares = new Map<string, LaneShare>();
  private sections: ReadonlyMap<string, ProgressSection> = new Map();
  private version = 0;
  private lastWriteMs = -Infinity;
  private isWriting = false;
  private isWanted = false;
  private isScheduled = false;
  private isSoon = false;
  private isKept = false;
  /** Whether writing pauses after a failure. */
  private isPaused = false;
  private failures = 0;
  private sinceLook = 0;
  private passedFrames = 0;
  private confirms: Confirm[] = [];
  private isClosed = false;

  constructor(
    readonly lane: number,
    readonly group: string,
    private readonly key: string,
    private readonly records: RecordStore,
    private readonly context: LaneContext,
  ) {}

  /** Last read or written section of a subscription. */
  sectionOf(id: string): ProgressSection | undefined {
    return this.sections.get(id);
  }

  /** Adds the newest recorded position of the lane, by its identity. */
  addKnown(known: Map<string, number>): void {
    for (const { identity, progress } of this.sections.values())
      known.set(identity, Math.max(known.get(identity) ?? 0, progress.floor - 1));
  }

  /** Reads the record. Shares that another node has taken are lost. */
  async load(): Promise<void> {
    const known = this.version;
    const record = await this.records.read(this.key);
    // Read before the write that has succeeded meanwhile, or from a server that lags behind: the next write finds out.
    if (this.version !== known || (record !== undefined && record.version < known)) return;
    this.loaded(record);
  }

  /** Whether the lease of the last write allows events to begin. */
  isFresh(nowMs: number): boolean {
    return nowMs - this.lastWriteMs < this.context.leaseMs;
  }

  add(share: LaneShare): void {
    this.shares.set(share.subscription.id, share);
  }

  remove(share: LaneShare): void {
    if (this.shares.get(share.subscription.id) === share) this.shares.delete(share.subscription.id);
  }

  /** Requests ownership, because there are events to handle. */
  want(share: LaneShare): void {
    if (share.state === 'open') this.write();
  }

  /** Called when events were settled or have failed. */
  progressed(): void {
    if (++this.sinceLook < LOOK_EVERY) return this.writeSoon();
    this.sinceLook = 0;
    // Timers starve while events are handled without a break.
    if (this.context.nowMs() - this.lastWriteMs >= WRITE_EVERY_MS) this.write();
    else this.writeSoon();
  }

  /** Called when a frame without wanted events was passed. */
  passed(share: LaneShare): void {
    if (++this.passedFrames >= PASSED_FRAMES) {
      this.passedFrames = 0;
      this.write();
    } else if (share.state === 'held') this.writeSoon();
    else this.context.writeSometime(this);
  }

  /** Writes within {@link WRITE_EVERY_MS}. */
  writeSoon(): void {
    if (this.isSoon) return;
    this.isSoon = true;
    this.context.after(
      Math.max(1, WRITE_EVERY_MS - (this.context.nowMs() - this.lastWriteMs)),
      this.writeDue,
    );
  }

  /** Writes after the current call has returned, with all progress made until then. */
  write(): void {
    this.isWanted = true;
    if (this.isScheduled || this.isWriting || this.isPaused || this.isClosed) return;
    this.isScheduled = true;
    afterThis(this.writeNow);
  }

  /** Resolves once all progress made so far is written. Rejects if the share is lost before. */
  confirmed(share: LaneShare): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(lostWithoutRecord(share));
      this.confirms.push({ share, resolve, reject });
      this.write();
    });
  }

  /** Stops writing. */
  close(): void {
    this.isClosed = true;
    settle(this.confirms.splice(0), NONE);
  }

  private readonly writeDue = (): void => {
    this.isSoon = false;
    this.write();
  };

  private readonly writeIfBusy = (): void => {
    this.isKept = false;
    if (this.isBusy) this.write();
  };

  private readonly tryAgain = (): void => {
    this.isPaused = false;
    this.write();
  };

  private readonly writeNow = (): void => {
    this.isScheduled = false;
    if (this.isWriting || this.isClosed) return;
    this.isWriting = true;
    void this.writeAll().finally(() => {
      this.isWriting = false;
      if (this.isWanted) this.write();
    });
  };

  private async writeAll(): Promise<void> {
    while (this.isWanted && !this.isClosed) {
      this.isWanted = false;
      const confirms = this.confirms;
      this.confirms = [];
      try {
        const written = await this.writeOnce();
        if (written !== undefined) settle(confirms, written);
        else {
          this.confirms = [...confirms, ...this.confirms];
          this.isWanted = true;
        }
        this.failures = 0;
      } catch (thrown) {
        this.confirms = [...confirms, ...this.confirms];
        this.context.failed(this, toError(thrown));
        const lastPauseMs = Math.min(LAST_PAUSE_MS, this.context.leaseMs / 2);
        const pauseMs = Math.min(lastPauseMs, FIRST_PAUSE_MS * 2 ** this.failures++);
        this.isPaused = true;
        this.isWanted = true;
        this.context.after(pauseMs, this.tryAgain);
        return;
      }
    }
  }

  /** Writes once. Resolves with the written shares; undefined after a conflict, when the record was read again. */
  private async writeOnce(): Promise<ReadonlySet<LaneShare> | undefined> {
    const { context } = this;
    const shares = this.toBeWritten();
    if (shares.size === 0) return shares;
    const startMs = context.nowMs();
    const { sections, bytes } = this.encoded(shares);
    const version = await this.records.write(this.key, bytes, this.version);
    if (this.isClosed && version === undefined) return NONE;
    if (version === undefined) {
      await this.reconcile();
      return undefined;
    }
    this.version = version;
    this.sections = sections;
    this.lastWriteMs = startMs;
    this.passedFrames = 0;
    for (const share of shares) this.written(share, sections);
    this.keep();
    context.written(this);
    return shares;
  }

  private toBeWritten(): ReadonlySet<LaneShare> {
    const shares = new Set<LaneShare>();
    for (const share of this.shares.values()) {
      if (this.isAnothers(share) && !this.context.mayTake) {
        this.context.writeSometime(this);
        continue;
      }
      // A share given back that was never taken has no owner.
      if (isGiven(share) && share.state === 'open' && !share.isTaking) continue;
      share.isTaking = share.state === 'open';
      shares.add(share);
    }
    return shares;
  }

  private isAnothers({ state, subscription }: LaneShare): boolean {
    if (state !== 'open') return false;
    const owner = this.sections.get(subscription.id)?.owner ?? '';
    return owner !== '' && owner !== this.context.session;
  }

  /** Encodes the record with the current progress. All subscriptions get the same room, less if the record would be too large. */
  private encoded(shares: ReadonlySet<LaneShare>): {
    readonly sections: ReadonlyMap<string, ProgressSection>;
    readonly bytes: Uint8Array;
  } {
    const { maxValueBytes } = this.records;
    const sections = new Map(this.sections);
    const ids = new Set([...sections.keys(), ...this.shares.keys()]);
    let mostBytes = Math.min(MOST_SECTION_BYTES, (maxValueBytes * SECTIONS_SHARE) / ids.size);
    for (;;) {
      for (const share of shares) {
        const epoch = share.state === 'held' ? share.epoch : share.epoch + 1;
        const owner = isGiven(share) ? '' : this.context.session;
        sections.set(share.subscription.id, share.section(owner, epoch, mostBytes));
      }
      const bytes = encodeProgress(sections);
      if (bytes.byteLength <= maxValueBytes || mostBytes < 1) {
        for (const share of shares) if (share.isRecordFilled) this.context.filled(share);
        return { sections, bytes };
      }
      mostBytes = Math.floor(mostBytes / 2);
    }
  }

  /** Renews the record while a handler runs, so that others see a living owner even if it is missing in the directory. */
  private keep(): void {
    if (this.isKept || !this.isBusy) return;
    this.isKept = true;
    this.context.after(this.context.leaseMs, this.writeIfBusy);
  }

  private get isBusy(): boolean {
    for (const { isBusy } of this.shares.values()) if (isBusy) return true;
    return false;
  }

  private written(share: LaneShare, written: ReadonlyMap<string, ProgressSection>): void {
    const section = written.get(share.subscription.id);
    if (share.state === 'lost' || section === undefined) return;
    if (section.owner === '') {
      this.remove(share);
      this.context.given(share);
    } else {
      share.written();
      if (share.state === 'open') {
        share.held(section.epoch);
        this.context.taken(share);
      }
    }
  }

  /** Takes over a read record. Shares that another node has taken since they were read are given up, so that they do not overwrite it. */
  private loaded(record: VersionedRecord | undefined): void {
    if (this.isClosed) return;
    this.version = record?.version ?? 0;
    this.sections = record === undefined ? new Map() : decodeProgress(record.value);
    for (const [id, share] of this.shares) {
      const section = this.sections.get(id);
      if (share.state === 'held') {
        // A broker that lost its data has lost the owner: keep the local state.
        if (record === undefined || this.isOwn(share, section, share.epoch)) continue;
        this.remove(share);
        this.context.lost(share, section);
      } else if (!this.isOwn(share, section, share.epoch + 1) && !isSameStart(section, share)) {
        this.remove(share);
        this.context.displaced(share);
      }
    }
  }

  /** Whether a section is this node's. Only the owner cancels while it is present. */
  private isOwn(share: LaneShare, section: ProgressSection | undefined, epoch: number): boolean {
    if (section?.owner !== this.context.session || section.epoch !== epoch) return false;
    return share.state === 'open' || !share.ignores(section.skips);
  }

  /** Reads the record after a conflict. Shares that it has as this node's were taken, and only the reply was lost. */
  private async reconcile(): Promise<void> {
    this.loaded(await this.records.read(this.key));
    for (const share of this.shares.values()) {
      if (share.state !== 'open') continue;
      share.isTaking = false;
      const section = this.sections.get(share.subscription.id);
      if (section === undefined || !this.isOwn(share, section, share.epoch + 1)) continue;
      share.held(section.epoch);
      this.context.taken(share);
    }
  }
}

/** A waiter for written progress. */
interface Confirm {
  readonly share: LaneShare;
  resolve(): void;
  reject(reason: Error): void;
}

const NONE: ReadonlySet<LaneShare> = new Set();

function settle(confirms: readonly Confirm[], written: ReadonlySet<LaneShare>): void {
  for (const confirm of confirms) {
    if (written.has(confirm.share)) confirm.resolve();
    else confirm.reject(lostWithoutRecord(confirm.share));
  }
}

/** Error for progress in a lane that was lost before it was recorded. */
export function lostWithoutRecord({ subscription, lane }: LaneShare): CatgaError {
  return new CatgaError(
    'CATGA_NODE_LOST',
    `${subscription.id} lost lane ${lane} before what it has done there was recorded: it is done once more.`,
    { details: { subscription: subscription.id, lane } },
  );
}

/** Whether the next write gives a share back. */
function isGiven(share: LaneShare): boolean {
  return share.isHolding && !share.isBusy;
}

/** Whether a share was started from an unchanged section. */
function isSameStart(section: ProgressSection | undefined, { start }: LaneShare): boolean {
  return section === undefined
    ? start.epoch === 0
    : section.epoch === start.epoch && section.beat === start.beat;
}

/** Error of handlers whose lane another node has taken. */
export function laneLostError(share: LaneShare, section: ProgressSection | undefined): CatgaError {
  const { subscription, lane } = share;
  return new CatgaError(
    'CATGA_CANCELLED',
    `${subscription.id} no longer belongs to this node in lane ${lane}: another node handles its events there.`,
    { details: { subscription: subscription.id, lane, owner: section?.owner ?? '' } },
  );
}
