import type { LaneStore } from '../ports/lane-store.js';
import { PROGRESS, groupOf, progressKey, progressOf } from './lane-keys.js';
import type { LaneRegister, RegisteredSubscription } from './lane-register.js';
import { decodeProgress } from './progress-record.js';
import type { ProgressSections } from './progress-record.js';

/** Lets go of what every subscription has passed. */
export class LaneTrimmer {
  private readonly trimmed: number[] = [];
  private readonly identities: string[] = [];

  constructor(
    private readonly store: LaneStore,
    private readonly register: LaneRegister,
  ) {}

  /** Looks at all lanes. */
  async trimAll(): Promise<void> {
    const subscriptions = await this.register.list();
    const progress = new Map<string, ProgressSections>();
    for (const { key, value } of await this.store.records.list(PROGRESS))
      progress.set(key, decodeProgress(value));
    for (let lane = 0; lane < this.store.log.lanes; lane++) await this.trim(lane, subscriptions, progress);
  }

  /** Looks at one lane. */
  async trimLane(lane: number): Promise<void> {
    const subscriptions = await this.register.list();
    const progress = new Map<string, ProgressSections>();
    for (const { key, value } of await this.store.records.list(progressOf(lane)))
      progress.set(key, decodeProgress(value));
    await this.trim(lane, subscriptions, progress);
  }

  private async trim(
    lane: number,
    subscriptions: readonly RegisteredSubscription[],
    progress: ReadonlyMap<string, ProgressSections>,
  ): Promise<void> {
    const { identity, first, last } = await this.store.log.state(lane);
    if (this.identities[lane] !== identity) this.trimmed[lane] = first;
    this.identities[lane] = identity;
    let floor = last + 1;
    for (const { id, kind, made, starts } of subscriptions) {
      const section = progress.get(progressKey(lane, groupOf(id, kind)))?.get(id);
      const start = starts[lane];
      if (section?.made === made) {
        // Of another identity nothing is passed.
        floor = Math.min(floor, section.identity === identity ? section.progress.floor : 1);
      } else floor = Math.min(floor, start?.identity === identity ? start.position : 1);
    }
    if (floor <= Math.max(first, this.trimmed[lane] ?? 0)) return;
    this.trimmed[lane] = floor;
    await this.store.log.trim(lane, floor);
  }
}
