import type { DurableSubscription } from '../contracts/durable-subscription.js';
import type { LaneState } from '../ports/lane-log.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { FrameContent } from './event-frame.js';
import { PROGRESS, groupOf, progressKey } from './lane-keys.js';
import type { RegisteredSubscription } from './lane-register.js';
import type { LaneScan } from './lane-scan.js';
import { decodeProgress } from './progress-record.js';
import type { ProgressSection, ProgressSections } from './progress-record.js';
import { startOf } from './share-start.js';
import { waitingIn } from './waiting-events.js';

/** Maximum number of frames read in each part of a lane; the rest is extrapolated. */
const MOST_READ = 256;
/** Maximum number of runs for reading unfinished frames between finished ones, and the gap that a run spans. */
const MOST_RUNS = 8;
const MOST_SKIPPED = 32;

/** A part of a lane: its frames to read, and their total number. */
interface LanePart {
  readonly read: readonly number[];
  readonly frames: number;
  /** Number of waiting events in the read frames. */
  waiting: number;
}

/** Counting state of one subscription in one lane. */
interface Counted {
  readonly subscription: RegisteredSubscription;
  readonly section: ProgressSection | undefined;
  readonly floor: number;
  readonly last: number;
  /** Unfinished frames below the recorded end; and all from there on. */
  readonly parts: readonly LanePart[];
  oldestSentAtMs: number;
}

/** Backlog of subscriptions, from the log and their progress, whichever node handles them. */
export class LaneLag {
  constructor(
    private readonly store: LaneStore,
    private readonly scan: LaneScan,
    private readonly nowMs: () => number,
  ) {}

  /** Backlog of subscriptions. Rejects with `CATGA_ENGINE_UNAVAILABLE` when the broker does not reply or deliver frames. */
  async of(subscriptions: readonly RegisteredSubscription[]): Promise<readonly DurableSubscription[]> {
    const progress = new Map<string, ProgressSections>();
    for (const { key, value } of await this.store.records.list(PROGRESS))
      progress.set(key, decodeProgress(value));
    const lanes = Array.from({ length: this.store.log.lanes }, (_, lane) => lane);
    const counted = await Promise.all(lanes.map((lane) => this.inLane(lane, subscriptions, progress)));
    return subscriptions.map((subscription, index) =>
      this.total(
        subscription,
        counted.map((inLane) => inLane[index]).filter((one) => one !== undefined),
      ),
    );
  }

  private total(
    { id, kind, names }: RegisteredSubscription,
    inLanes: readonly Counted[],
  ): DurableSubscription {
    const sum = (of: (one: Counted) => number): number => inLanes.reduce((total, one) => total + of(one), 0);
    const waiting = sum(({ parts }) => parts.reduce((total, part) => total + reckoned(part), 0));
    const handling = Math.min(
      waiting,
      sum(({ section }) => section?.handling ?? 0),
    );
    const failed = sum(({ section }) => section?.failures.filter(({ waitMs }) => waitMs > 0).length ?? 0);
    const delayed = Math.min(waiting - handling, failed);
    const oldest = Math.min(...inLanes.map(({ oldestSentAtMs }) => oldestSentAtMs));
    const oldestDueMs = oldest === Infinity ? undefined : Math.max(0, this.nowMs() - oldest);
    const lag = { due: waiting - handling - delayed, delayed, handling, oldestDueMs };
    const lanes = inLanes.map(({ section, floor, last }, lane) => ({
      lane,
      owner: nodeOf(section?.owner ?? ''),
      epoch: section?.epoch ?? 0,
      floor,
      last,
    }));
    return { id, kind, names, waiting, lag, lanes };
  }

  private async inLane(
    lane: number,
    subscriptions: readonly RegisteredSubscription[],
    progress: ReadonlyMap<string, ProgressSections>,
  ): Promise<readonly Counted[]> {
    const state = await this.store.log.state(lane);
    const counted = subscriptions.map((subscription): Counted => {
      const { id, kind, made } = subscription;
      const recorded = progress.get(progressKey(lane, groupOf(id, kind)))?.get(id);
      const { start, isDisplaced } = startOf(subscription, lane, recorded, state, '');
      const section = recorded?.made === made && !isDisplaced ? recorded : undefined;
      return {
        subscription,
        section,
        floor: start.progress.floor,
        last: state.last,
        parts: partsOf((section ?? start).progress, state),
        oldestSentAtMs: Infinity,
      };
    });
    await this.count(lane, state.identity, counted);
    return counted;
  }

  private async count(lane: number, identity: string, counted: readonly Counted[]): Promise<void> {
    const positions = counted.flatMap(({ parts }) => parts.flatMap(({ read }) => read));
    const wanted = [...new Set(positions)].sort((one, other) => one - other);
    for (let at = 0; at < wanted.length;) {
      const look = (position: number, content: FrameContent): boolean => {
        for (const one of counted) countFrame(position, content, one);
        while ((wanted[at] ?? Infinity) <= position) at++;
        return (wanted[at] ?? Infinity) <= position + MOST_SKIPPED;
      };
      const end = await this.scan.read(lane, wanted[at] ?? 0, look, identity);
      if (end !== 'stopped') return;
    }
  }
}

function partsOf(
  { floor, end, open }: ProgressSection['progress'],
  { first, last }: LaneState,
): readonly LanePart[] {
  const begun = open.map(([offset]) => floor + offset).filter((position) => position >= first);
  const from = Math.max(floor, end, first);
  const frames = Math.max(0, last + 1 - from);
  const read = Array.from({ length: Math.min(frames, MOST_READ) }, (_, index) => from + index);
  return [
    { read: fewOf(begun), frames: begun.length, waiting: 0 },
    { read, frames, waiting: 0 },
  ];
}

/** The first positions, up to the read limit. */
function fewOf(positions: readonly number[]): readonly number[] {
  let runs = 0;
  let before = -Infinity;
  const end = positions.findIndex((position, index) => {
    if (position > before + MOST_SKIPPED) runs++;
    before = position;
    return runs > MOST_RUNS || index === MOST_READ;
  });
  return end < 0 ? positions : positions.slice(0, end);
}

/** Extrapolates from the read frames. */
function reckoned({ read, frames, waiting }: LanePart): number {
  return read.length === 0 ? 0 : Math.round((waiting * frames) / read.length);
}

function countFrame(position: number, content: FrameContent, counted: Counted): void {
  const part = counted.parts.find(
    ({ read }) => position >= (read[0] ?? Infinity) && position <= (read.at(-1) ?? 0),
  );
  if (part === undefined) return;
  for (const [, { message }] of waitingIn(position, content, counted.subscription, counted.section)) {
    part.waiting++;
    counted.oldestSentAtMs = Math.min(counted.oldestSentAtMs, message.sentAtMs);
  }
}

/** Node id of a session. */
function nodeOf(owner: string): string | undefined {
  return owner === '' ? undefined : owner.slice(0, owner.indexOf('/'));
}
