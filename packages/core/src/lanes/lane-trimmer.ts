import type { EngineMonitor } from '../ports/engine-monitor.js';
import type { LaneState } from '../ports/lane-log.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { FrameContent } from './event-frame.js';
import { PROGRESS, groupOf, progressKey, progressOf } from './lane-keys.js';
import type { LaneRegister, RegisteredSubscription } from './lane-register.js';
import type { LaneScan } from './lane-scan.js';
import { decodeProgress } from './progress-record.js';
import type { ProgressSection, ProgressSections } from './progress-record.js';
import { waitingIn } from './waiting-events.js';

/** Position of a subscription in one lane. */
interface PlaceInLane {
  readonly subscription: RegisteredSubscription;
  readonly section: ProgressSection | undefined;
  /** Position before which it needs no frames. */
  readonly floor: number;
}

/** Frames that can be removed. */
interface Removable {
  /** Frames before this position. */
  readonly before: number;
  /** Id of the queue that needs the frame there. */
  readonly keeping?: string;
}

/**
 * Removes frames that are no longer needed: those that every subscription has passed; on a log with retention by age, expired ones. A
 * waiting command is kept, with all frames after it; a queue without a consumer keeps nothing else.
 */
export class LaneTrimmer {
  private readonly trimmed: number[] = [];
  private readonly identities: string[] = [];
  /** Queues that keep expired frames, which is reported once. */
  private kept = new Set<string>();

  constructor(
    private readonly store: LaneStore,
    private readonly register: LaneRegister,
    private readonly scan: LaneScan,
    private readonly monitor?: Pick<EngineMonitor, 'warn'>,
  ) {}

  /** Trims all lanes. */
  async trimAll(): Promise<void> {
    const { log } = this.store;
    // The ends of the lanes first: a subscription that is created later needs nothing before them.
    const states = await Promise.all(Array.from({ length: log.lanes }, (_, lane) => log.state(lane)));
    const subscriptions = await this.register.list();
    const progress = await this.progress(PROGRESS);
    const keptBefore = this.kept;
    const kept = new Set<string>();
    for (const [lane, state] of states.entries()) {
      const keeping = await this.trim(lane, state, subscriptions, progress);
      if (keeping === undefined) continue;
      if (!keptBefore.has(keeping) && !kept.has(keeping)) this.report(keeping, lane);
      kept.add(keeping);
    }
    this.kept = kept;
  }

  /** Trims one lane. */
  async trimLane(lane: number): Promise<void> {
    const state = await this.store.log.state(lane);
    await this.trim(lane, state, await this.register.list(), await this.progress(progressOf(lane)));
  }

  private async progress(prefix: string): Promise<ReadonlyMap<string, ProgressSections>> {
    const records = await this.store.records.list(prefix);
    return new Map(records.map(({ key, value }) => [key, decodeProgress(value)]));
  }

  /** Resolves with the id of a queue that keeps expired frames. */
  private async trim(
    lane: number,
    state: LaneState,
    subscriptions: readonly RegisteredSubscription[],
    progress: ReadonlyMap<string, ProgressSections>,
  ): Promise<string | undefined> {
    const { log } = this.store;
    if (this.identities[lane] !== state.identity) this.trimmed[lane] = state.first;
    this.identities[lane] = state.identity;
    const places = subscriptions.map((subscription): PlaceInLane => {
      const { id, kind } = subscription;
      const section = progress.get(progressKey(lane, groupOf(id, kind)))?.get(id);
      return { subscription, section, floor: floorOf(subscription, lane, section, state.identity) };
    });
    const from = Math.max(state.first, this.trimmed[lane] ?? 0);
    const expired = await log.expired?.(lane);
    const needing = expired === undefined ? places.filter((place) => !isIdleQueue(place)) : [];
    const most = Math.min(expired ?? state.last + 1, ...needing.map(({ floor }) => floor));
    if (most <= from) return undefined;
    const queues = places.filter((place) => isQueue(place) && !needing.includes(place) && place.floor < most);
    const { before, keeping } = await this.needed(lane, state.identity, from, most, queues);
    if (before > from) {
      await log.trim(lane, before);
      this.trimmed[lane] = before;
    }
    return expired === undefined ? undefined : keeping;
  }

  /** Position up to which frames can be removed: the first waiting command. Reads only frames that a queue may not have passed. */
  private async needed(
    lane: number,
    identity: string,
    first: number,
    most: number,
    queues: readonly PlaceInLane[],
  ): Promise<Removable> {
    if (queues.length === 0) return { before: most };
    const from = Math.max(first, Math.min(...queues.map(({ floor }) => floor)));
    let removable: Removable = { before: most };
    const look = (position: number, content: FrameContent): boolean => {
      if (position >= most) return false;
      const keeping = queues.find((place) => isWaited(position, content, place));
      if (keeping === undefined) return position + 1 < most;
      removable = { before: position, keeping: keeping.subscription.id };
      return false;
    };
    const end = await this.scan.read(lane, from, look, identity);
    return end === 'displaced' ? { before: first } : removable;
  }

  private report(id: string, lane: number): void {
    this.monitor?.warn(
      `Commands wait in '${id}' for longer than events are kept: lane ${lane} keeps them, and what was stored after them. ` +
        'Start a node that handles them, or drop the subscription.',
    );
  }
}

function isQueue({ subscription }: PlaceInLane): boolean {
  return subscription.kind === 'command';
}

/** Whether a queue has no reader, so that its floor does not move. */
function isIdleQueue(place: PlaceInLane): boolean {
  return isQueue(place) && (place.section?.owner ?? '') === '';
}

function isWaited(
  position: number,
  content: FrameContent,
  { subscription, section, floor }: PlaceInLane,
): boolean {
  if (position < floor) return false;
  for (const _ of waitingIn(position, content, subscription, section)) return true;
  return false;
}

function floorOf(
  { made, starts }: RegisteredSubscription,
  lane: number,
  section: ProgressSection | undefined,
  identity: string,
): number {
  // In a recreated lane nothing is passed.
  if (section?.made === made) return section.identity === identity ? section.progress.floor : 1;
  const start = starts[lane];
  return start?.identity === identity ? start.position : 1;
}
