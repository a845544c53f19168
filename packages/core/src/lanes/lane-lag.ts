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

/** How many frames of a lane are counted; what is beyond is reckoned from them. */
const MOST_COUNTED = 256;

/** One subscription in one lane, while it is counted. */
interface Counted {
  readonly subscription: RegisteredSubscription;
  readonly section: ProgressSection | undefined;
  readonly floor: number;
  readonly last: number;
  waiting: number;
  oldestSentAtMs: number;
}

/** How much waits for subscriptions, as the log and their progress say, whoever handles them. */
export class LaneLag {
  constructor(
    private readonly store: LaneStore,
    private readonly scan: LaneScan,
    private readonly nowMs: () => number,
  ) {}

  /** Rejects with `CATGA_ENGINE_UNAVAILABLE` when the broker does not answer, or hands over nothing. */
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
    const waiting = sum((one) => one.waiting);
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
      const { id, kind } = subscription;
      const section = progress.get(progressKey(lane, groupOf(id, kind)))?.get(id);
      const { start } = startOf(subscription, lane, section, state, '');
      return {
        subscription,
        section,
        floor: start.progress.floor,
        last: state.last,
        waiting: 0,
        oldestSentAtMs: Infinity,
      };
    });
    const floor = Math.min(...counted.map((one) => one.floor));
    if (floor <= state.last) await this.count(lane, Math.max(floor, state.first), state, counted);
    return counted;
  }

  /** Reads the frames from a position on. */
  private async count(
    lane: number,
    from: number,
    { last }: LaneState,
    counted: readonly Counted[],
  ): Promise<void> {
    await this.scan.read(lane, from, (position, content) => {
      for (const one of counted) if (position >= one.floor) countFrame(position, content, one);
      if (position >= last) return false;
      if (position - from < MOST_COUNTED) return true;
      for (const one of counted) one.waiting = reckoned(one, position, last);
      return false;
    });
  }
}

/** As many more as there are in the frames that were counted. */
function reckoned({ waiting, floor }: Counted, position: number, last: number): number {
  const counted = position - floor + 1;
  return counted <= 0 ? waiting : Math.round((waiting * (last - floor + 1)) / counted);
}

function countFrame(position: number, content: FrameContent, counted: Counted): void {
  for (const [, { message }] of waitingIn(position, content, counted.subscription, counted.section)) {
    counted.waiting++;
    counted.oldestSentAtMs = Math.min(counted.oldestSentAtMs, message.sentAtMs);
  }
}

/** The node of a session. */
function nodeOf(owner: string): string | undefined {
  return owner === '' ? undefined : owner.slice(0, owner.indexOf('/'));
}
