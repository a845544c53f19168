import type { MessageHead } from '../ports/queued-commands.js';
import type { LogMessage, MessageIdentity } from '../ports/stored-message.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { FrameContent } from './event-frame.js';
import { groupOf, progressKey } from './lane-keys.js';
import type { LaneRegister, RegisteredSubscription } from './lane-register.js';
import type { LaneScan } from './lane-scan.js';
import { decodeProgress } from './progress-record.js';
import type { ProgressSection } from './progress-record.js';
import { startOf } from './share-start.js';
import { waitingIn } from './waiting-events.js';

/** Place of a pending command in the lanes. */
export interface LanePlace {
  readonly subscription: RegisteredSubscription;
  readonly lane: number;
  readonly position: number;
  readonly index: number;
  readonly message: MessageHead;
}

/** A place with its command. */
export interface FoundCommand extends LanePlace {
  readonly message: LogMessage;
}

/** State of a command queue in one lane, from its record of progress. */
export interface QueueInLane {
  readonly section: ProgressSection | undefined;
  /** Version of the record; 0 if there is none. */
  readonly version: number;
  readonly sections: ReadonlyMap<string, ProgressSection>;
}

/** Finds pending commands in the lanes. Reads from the progress of their queues, and holds at most a page. */
export class LanePlaces {
  constructor(
    private readonly store: LaneStore,
    private readonly register: LaneRegister,
    private readonly scan: LaneScan,
  ) {}

  /** All places of a command, which may have been stored twice. */
  async of({ name, messageId }: MessageIdentity): Promise<readonly FoundCommand[]> {
    const queues = await this.queues(name);
    const found: FoundCommand[] = [];
    await Promise.all(
      this.lanes.map((lane) =>
        this.read(lane, queues, 1, (place) => {
          if (place.message.name === name && place.message.messageId === messageId) found.push(place);
          return true;
        }),
      ),
    );
    return found;
  }

  /** Reads the places of a lane in order, from a position on. @param look returns whether to continue */
  async read(
    lane: number,
    queues: readonly RegisteredSubscription[],
    from: number,
    look: (place: FoundCommand) => boolean,
  ): Promise<void> {
    if (queues.length === 0) return;
    const state = await this.store.log.state(lane);
    const all = await Promise.all(
      queues.map(async (subscription) => {
        const { section } = await this.queueIn(lane, subscription);
        const { start } = startOf(subscription, lane, section, state, '');
        const isKnown = section?.made === subscription.made && section.identity === state.identity;
        return { subscription, section: isKnown ? section : undefined, floor: start.progress.floor };
      }),
    );
    const first = Math.max(from, state.first, Math.min(...all.map(({ floor }) => floor)));
    if (first > state.last) return;
    const lookAt = (position: number, content: FrameContent): boolean => {
      for (const { subscription, section, floor } of all) {
        if (position < floor) continue;
        for (const [index, { message }] of waitingIn(position, content, subscription, section))
          if (!look({ subscription, lane, position, index, message })) return false;
      }
      return position < state.last;
    };
    await this.scan.read(lane, first, lookAt, state.identity);
  }

  async queueIn(
    lane: number,
    { id, kind }: Pick<RegisteredSubscription, 'id' | 'kind'>,
  ): Promise<QueueInLane> {
    const record = await this.store.records.read(progressKey(lane, groupOf(id, kind)));
    const sections = record === undefined ? new Map<string, ProgressSection>() : decodeProgress(record.value);
    return { section: sections.get(id), version: record?.version ?? 0, sections };
  }

  /** Queues of commands that were ever queued with a key. */
  async queues(name: string | undefined): Promise<readonly RegisteredSubscription[]> {
    const all = await this.register.list();
    return all.filter(
      ({ kind, names }) => kind === 'command' && (name === undefined || names.includes(name)),
    );
  }

  get lanes(): readonly number[] {
    return Array.from({ length: this.store.log.lanes }, (_, lane) => lane);
  }
}
