import { CatgaError, toError } from '../errors/catga-error.js';
import type { RecordStore } from '../ports/record-store.js';
import { afterThis } from '../time/next-turn.js';
import type { LaneContext } from './lane-context.js';
import type { LaneShare } from './lane-share.js';
import { decodeProgress, encodeProgress } from './progress-record.js';
import type { ProgressSection } from './progress-record.js';

/** How often progress is written while there is some, in milliseconds. */
const WRITE_EVERY_MS = 25;
/** After how many events it is looked whether it is time. */
const LOOK_EVERY = 64;
/** After how many frames that nothing was wanted of their passing is written. */
const PASSED_FRAMES = 256;
/** About how many bytes of a record one subscription fills at most with what is not done, and what share of it all do together. */
const MOST_SECTION_BYTES = 64 * 1024;
const SECTIONS_SHARE = 0.5;
/** How long after a failed write the next one is tried, in milliseconds: the pause doubles, to half of a lease at most. */
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2000;

/**
 * The record of progress of one group of subscriptions in one lane, and this node's hold on its part of it. There is one write
 * at a time; what comes meanwhile is in the next.
 */
export class LaneTenure {
  /** What is read or owned here, by subscription. */
  readonly shares = new Map<string, LaneShare>();
  private sections: ReadonlyMap<string, ProgressSection> = new Map();
  private version = 0;
  private lastWriteMs = -Infinity;
  private isWriting = false;
  private isWanted = false;
  private isScheduled = false;
  private isSoon = false;
  private isKept = false;
  /** After a write that failed. */
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

  /** The section of a subscription as it was read or written last. */
  sectionOf(id: string): ProgressSection | undefined {
    return this.sections.get(id);
  }

  /** Reads the record. What this node owns and another one has taken is lost. */
  async load(): Promise<void> {
    const record = await this.records.read(this.key);
    if (this.isClosed) return;
    this.version = record?.version ?? 0;
    this.sections = record === undefined ? new Map() : decodeProgress(record.value);
    for (const [id, share] of this.shares) {
      if (share.state !== 'held') continue;
      const section = this.sections.get(id);
      // A broker that came back empty has forgotten whose it was: it is as it was here.
      if (
        record === undefined ||
        (section?.owner === this.context.session && section.epoch === share.epoch)
      ) {
        // Nobody cancels past an owner that is there.
        if (section === undefined || !share.ignores(section.skips)) continue;
      }
      this.remove(share);
      this.context.lost(share, section);
    }
  }

  /** Whether the last write is recent enough for events to begin. */
  isFresh(nowMs: number): boolean {
    return nowMs - this.lastWriteMs < this.context.leaseMs;
  }

  add(share: LaneShare): void {
    this.shares.set(share.subscription.id, share);
  }

  remove(share: LaneShare): void {
    if (this.shares.get(share.subscription.id) === share) this.shares.delete(share.subscription.id);
  }

  /** There is something to be handled. */
  want(share: LaneShare): void {
    if (share.state === 'open') this.write();
  }

  /** Events are done or have failed. */
  progressed(): void {
    if (++this.sinceLook < LOOK_EVERY) return this.writeSoon();
    this.sinceLook = 0;
    // Timers starve while events are handled in one go.
    if (this.context.nowMs() - this.lastWriteMs >= WRITE_EVERY_MS) this.write();
    else this.writeSoon();
  }

  /** A frame was passed that nothing was wanted of. */
  passed(share: LaneShare): void {
    if (++this.passedFrames >= PASSED_FRAMES) {
      this.passedFrames = 0;
      this.write();
    } else if (share.state === 'held') this.writeSoon();
    else this.context.writeSometime(this);
  }

  /** Within {@link WRITE_EVERY_MS}. */
  writeSoon(): void {
    if (this.isSoon) return;
    this.isSoon = true;
    this.context.after(
      Math.max(1, WRITE_EVERY_MS - (this.context.nowMs() - this.lastWriteMs)),
      this.writeDue,
    );
  }

  /** Once what runs now has returned, with all that is done by then. */
  write(): void {
    this.isWanted = true;
    if (this.isScheduled || this.isWriting || this.isPaused || this.isClosed) return;
    this.isScheduled = true;
    afterThis(this.writeNow);
  }

  /** Resolves once all that is done by now is written. Rejects if the share is lost before. */
  confirmed(share: LaneShare): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(lostWithoutRecord(share));
      this.confirms.push({ share, resolve, reject });
      this.write();
    });
  }

  /** Writes nothing any more. */
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

  /** Resolves with what is written; undefined if another node has written, and the record was read anew. */
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
      // What is given back and was never taken is nobody's.
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

  /** The record with what is done now. All subscriptions have the same room in it; if that is too much, less. */
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

  /** While a handler runs, others see that its owner is still there, though it may have left the directory. */
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

  /** Another node has written: what is not owned here is looked at anew, as somebody may own it now. */
  private async reconcile(): Promise<void> {
    await this.load();
    for (const share of this.shares.values()) {
      if (share.state !== 'open') continue;
      share.isTaking = false;
      const section = this.sections.get(share.subscription.id);
      if (section?.owner === this.context.session && section.epoch === share.epoch + 1) {
        // It was taken, and only the answer was lost.
        share.held(section.epoch);
        this.context.taken(share);
        continue;
      }
      if (section === undefined ? share.start.epoch === 0 : isSameStart(section, share)) continue;
      this.remove(share);
      this.context.displaced(share);
    }
  }
}

/** Somebody who waits for what is done to be written. */
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

/** The error of what was done for a lane that was lost before it was written. */
export function lostWithoutRecord({ subscription, lane }: LaneShare): CatgaError {
  return new CatgaError(
    'CATGA_NODE_LOST',
    `${subscription.id} lost lane ${lane} before what it has done there was recorded: it is done once more.`,
    { details: { subscription: subscription.id, lane } },
  );
}

/** Whether a share is given to nobody by the next write. */
function isGiven(share: LaneShare): boolean {
  return share.isHolding && !share.isBusy;
}

/** Whether a share was begun with a section as it is. */
function isSameStart(section: ProgressSection, { start }: LaneShare): boolean {
  return section.epoch === start.epoch && section.beat === start.beat;
}

/** The error of handlers whose lane another node has taken. */
export function laneLostError(share: LaneShare, section: ProgressSection | undefined): CatgaError {
  const { subscription, lane } = share;
  return new CatgaError(
    'CATGA_CANCELLED',
    `${subscription.id} no longer belongs to this node in lane ${lane}: another node handles its events there.`,
    { details: { subscription: subscription.id, lane, owner: section?.owner ?? '' } },
  );
}
