import type { DurableSubscription } from '../contracts/durable-subscription.js';
import type { LaneFrame, LaneReader, LaneState } from '../ports/lane-log.js';
import type { LaneStore } from '../ports/lane-store.js';
import { contentOf } from './event-frame.js';
import type { FrameContent } from './event-frame.js';
import { FrameSlot } from './frame-window.js';
import { PROGRESS, groupOf, progressKey } from './lane-keys.js';
import type { RegisteredSubscription } from './lane-register.js';
import { decodeProgress } from './progress-record.js';
import type { ProgressSection, ProgressSections } from './progress-record.js';
import { startOf } from './share-start.js';

/** How many frames of a lane are counted; what is beyond is reckoned from them. */
const MOST_COUNTED = 1024;
const NOTHING: FrameContent = { content: [], isFresh: true };

/** One subscription in one lane, while it is counted. */
interface Counted {
  readonly subscription: RegisteredSubscription;
  readonly section: ProgressSection | undefined;
  readonly floor: number;
  waiting: number;
}

/** How much waits for subscriptions, as the log and their progress say, whoever handles them. */
export class LaneLag {
  constructor(private readonly store: LaneStore) {}

  async of(subscriptions: readonly RegisteredSubscription[]): Promise<readonly DurableSubscription[]> {
    const progress = new Map<string, ProgressSections>();
    for (const { key, value } of await this.store.records.list(PROGRESS))
      progress.set(key, decodeProgress(value));
    const waiting = new Map<string, number>();
    const lanes = Array.from({ length: this.store.log.lanes }, (_, lane) => lane);
    await Promise.all(
      lanes.map(async (lane) => {
        for (const { subscription, waiting: count } of await this.inLane(lane, subscriptions, progress))
          waiting.set(subscription.id, (waiting.get(subscription.id) ?? 0) + count);
      }),
    );
    return subscriptions.map(({ id, kind, names }) => ({ id, kind, names, waiting: waiting.get(id) ?? 0 }));
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
      return { subscription, section, floor: start.progress.floor, waiting: 0 };
    });
    const floor = Math.min(...counted.map((one) => one.floor));
    if (floor <= state.last) await this.count(lane, Math.max(floor, state.first), state, counted);
    return counted;
  }

  /** Reads the frames from a position on. */
  private count(lane: number, from: number, { last }: LaneState, counted: readonly Counted[]): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        reader.stop();
        resolve();
      };
      const reader: LaneReader = this.store.log.read(lane, from, {
        frame(position: number, found: Uint8Array | LaneFrame): void {
          const content = read(found);
          for (const one of counted)
            if (position >= one.floor) one.waiting += waitingIn(position, content, one);
          if (position >= last) end();
          else if (position - from >= MOST_COUNTED) {
            for (const one of counted) one.waiting = reckoned(one, position, last);
            end();
          }
        },
        caughtUp: end,
        displaced: end,
      });
    });
  }
}

/** As many more as there are in the frames that were counted. */
function reckoned({ waiting, floor }: Counted, position: number, last: number): number {
  const counted = position - floor + 1;
  return counted <= 0 ? waiting : Math.round((waiting * (last - floor + 1)) / counted);
}

function waitingIn(position: number, { content }: FrameContent, { subscription, section }: Counted): number {
  const { id, kind, names } = subscription;
  const done = section === undefined ? undefined : doneOf(section, position);
  if (done === 'all') return 0;
  let waiting = 0;
  for (const [index, { message, target }] of content.entries()) {
    const isWanted =
      target === undefined ? message.kind === kind && names.includes(message.name) : target === id;
    if (isWanted && done?.isDone(index) !== true) waiting++;
  }
  return waiting;
}

function doneOf(
  { progress: { floor, end, open } }: ProgressSection,
  position: number,
): FrameSlot | 'all' | undefined {
  if (position < floor) return 'all';
  if (position >= end) return undefined;
  const recorded = open.find(([offset]) => floor + offset === position);
  if (recorded === undefined) return 'all';
  const slot = new FrameSlot(position);
  [, slot.low, slot.high] = recorded;
  return slot;
}

function read(found: Uint8Array | LaneFrame): FrameContent {
  try {
    return contentOf(found);
  } catch {
    return NOTHING;
  }
}
