import { randomUUID } from 'node:crypto';
import { CatgaError } from '../errors/catga-error.js';
import type { Clock } from '../ports/clock.js';
import type { DurableLog } from '../ports/durable-log.js';
import type { LaneStore } from '../ports/lane-store.js';
import type {
  AskOwner,
  OwnedCommands,
  OwnerAnswer,
  OwnerQuestion,
  QueuedCommands,
  QueuedEnd,
  QueuedItem,
  QueuedItems,
  QueuedRange,
} from '../ports/queued-commands.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import { RESCHEDULED } from '../reliability/kept-outcome.js';
import { headOf } from '../reliability/message-head.js';
import { wrongCursor } from '../reliability/page-cursor.js';
import { progressKey } from './lane-keys.js';
import type { LaneOwner } from './lane-owner.js';
import type { FoundCommand, LanePlace, LanePlaces } from './lane-places.js';
import { askedOf, placesOf } from './lane-question.js';
import type { CommandState } from './lane-question.js';
import { encodeProgress } from './progress-record.js';
import type { ProgressSection } from './progress-record.js';
import { startOf } from './share-start.js';

/** Maximum number of lookups of a lane's owner, and the pause in between, in milliseconds. */
const MOST_TRIES = 20;
const PAUSE_MS = 100;
/** Minimum delay of a rescheduled command, in milliseconds: it is stored before it is known whether the original could be removed. */
const LEAST_DELAY_MS = 1000;
/** Prefixes of cursors in lanes, and in the queue. */
const IN_LANES = 'lane';
const IN_QUEUE = 'queue';

/** Services of {@link LaneCommands}. */
export interface LaneCommandParts {
  readonly queued: QueuedCommands;
  readonly queue: DurableLog;
  readonly lanes: LaneStore;
}

/**
 * Queued commands of a namespace: those of the engine's queue, and those with a key, in the lanes. A command in a lane is cancelled by the
 * lane's owner, before it begins; in a lane without an owner the cancellation is written to the record of progress, by compare-and-set,
 * before anyone can own it.
 */
export class LaneCommands implements OwnedCommands {
  constructor(
    private readonly parts: LaneCommandParts,
    private readonly places: LanePlaces,
    private readonly owner: LaneOwner,
    private readonly clock: Clock,
  ) {}

  async list({ name, limit, after }: QueuedRange, ask: AskOwner): Promise<QueuedItems> {
    const [, part, rest] = /^(queue|lane)~(.*)$/s.exec(after ?? `${IN_QUEUE}~`) ?? [];
    if (part === undefined || rest === undefined) throw wrongCursor(after ?? '');
    if (part === IN_LANES) return this.inLanes(name, limit, rest, ask);
    const page = await this.parts.queued.list({
      ...(name !== undefined && { name }),
      limit,
      ...(rest !== '' && { after: rest }),
    });
    if (page.next !== undefined) return { items: page.items, next: `${IN_QUEUE}~${page.next}` };
    const left = limit - page.items.length;
    if (left === 0) return { items: page.items, next: `${IN_LANES}~0~1~0` };
    const more = await this.inLanes(name, left, '0~1~0', ask);
    return { items: [...page.items, ...more.items], next: more.next };
  }

  async cancel(command: MessageIdentity, ask: AskOwner): Promise<QueuedEnd> {
    const queued = await this.parts.queued.cancel(command);
    if (queued.state === 'running') return queued;
    const inLanes = await this.cancelIn(await this.places.of(command), ask);
    return inLanes.state === 'absent' ? queued : inLanes;
  }

  async reschedule(command: MessageIdentity, delayMs: number, ask: AskOwner): Promise<QueuedEnd> {
    const queued = await this.parts.queued.reschedule(command, delayMs);
    if (queued.state !== 'absent') return queued;
    const places = await this.places.of(command);
    const [place] = places;
    if (place === undefined) return queued;
    const [state] = await this.statesOf([place], ask);
    if (state?.state === 'running') return { state: 'running' };
    // Stored again before it is removed: after a crash in between it runs twice rather than never.
    const { message } = place;
    const moved = { ...message, headers: { ...message.headers, [RESCHEDULED]: randomUUID() } };
    await this.parts.queue.append(moved, { delayMs: Math.max(delayMs, LEAST_DELAY_MS), isAgain: true });
    const end = await this.cancelIn(places, ask);
    if (end.state !== 'taken') await this.parts.queued.cancel(command);
    return end;
  }

  async answer(question: OwnerQuestion): Promise<OwnerAnswer> {
    const { session, lane, subscription, places, cancel } = askedOf(question);
    if (session !== this.owner.session) return { isGone: true };
    const states: CommandState[] = [];
    for (const [position, index, key] of places) {
      const share = this.owner.shareOf(subscription, lane);
      if (share === undefined) states.push({ state: 'elsewhere' });
      else if (!cancel) states.push(share.stateOf(position, index, key));
      else {
        const before = await share.cancel(position, index, key);
        const isTaken = before.state === 'waiting' || before.state === 'delayed';
        states.push(isTaken ? { state: 'cancelled' } : before);
      }
    }
    return { states };
  }

  private async inLanes(
    name: string | undefined,
    limit: number,
    cursor: string,
    ask: AskOwner,
  ): Promise<QueuedItems> {
    const [fromLane = NaN, fromPosition = NaN, fromIndex = NaN] = cursor.split('~').map(Number);
    if (!Number.isSafeInteger(fromLane + fromPosition + fromIndex)) throw wrongCursor(cursor);
    const queues = await this.places.queues(name);
    const found: LanePlace[] = [];
    let next: string | undefined;
    for (const lane of this.places.lanes.slice(fromLane)) {
      const isFirst = lane === fromLane;
      await this.places.read(lane, queues, isFirst ? fromPosition : 1, (place) => {
        const { position, index, message } = place;
        if (isFirst && position === fromPosition && index < fromIndex) return true;
        if (name !== undefined && message.name !== name) return true;
        if (found.length === limit) next = `${IN_LANES}~${lane}~${position}~${index}`;
        else found.push({ ...place, message: headOf(message) });
        return next === undefined;
      });
      if (next !== undefined) break;
    }
    const states = await this.statesOf(found, ask);
    const nowMs = this.clock.now();
    const items = found.map(({ message }, at): QueuedItem => {
      const { state, waitMs = 0 } = states[at] ?? { state: 'waiting' };
      if (state === 'delayed') return { message, state, dueAtMs: nowMs + waitMs };
      return { message, state: state === 'running' ? state : 'waiting' };
    });
    return { items, next };
  }

  /** States from the owners; without an owner, or an answer, a command counts as not begun. */
  private async statesOf(places: readonly LanePlace[], ask: AskOwner): Promise<readonly CommandState[]> {
    const states: CommandState[] = [];
    const byQueue = new Map<string, number[]>();
    for (const [at, { subscription, lane }] of places.entries()) {
      states.push({ state: 'waiting' });
      const key = progressKey(lane, subscription.id);
      byQueue.set(key, [...(byQueue.get(key) ?? []), at]);
    }
    await Promise.all(
      [...byQueue.values()].map(async (all) => {
        const asked = all.map((at) => places[at]).filter((place) => place !== undefined);
        const [first] = asked;
        if (first === undefined) return;
        const { section } = await this.places.queueIn(first.lane, first.subscription);
        const answer = await this.askFor(section, asked, false, ask).catch(() => 'gone' as const);
        if (answer !== 'gone')
          for (const [index, at] of all.entries()) states[at] = answer[index] ?? { state: 'waiting' };
      }),
    );
    return states;
  }

  private async cancelIn(places: readonly FoundCommand[], ask: AskOwner): Promise<QueuedEnd> {
    let end: QueuedEnd = { state: 'absent' };
    for (const place of places) {
      const state = await this.cancelAt(place, ask);
      if (state === 'running') return { state };
      if (state === 'cancelled') end = { state: 'taken', message: place.message };
    }
    return end;
  }

  private async cancelAt(place: LanePlace, ask: AskOwner): Promise<'cancelled' | 'running' | 'done'> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      if (attempt > 0) await new Promise<void>((resolve) => void this.clock.setTimer(PAUSE_MS, resolve));
      const queue = await this.places.queueIn(place.lane, place.subscription);
      const answer = await this.askFor(queue.section, [place], true, ask);
      if (answer === 'gone') {
        const sections = await this.withSkip(place, queue.sections);
        if (sections === undefined) return 'done';
        const key = progressKey(place.lane, place.subscription.id);
        const { records } = this.parts.lanes;
        if ((await records.write(key, encodeProgress(sections), queue.version)) !== undefined)
          return 'cancelled';
        continue;
      }
      const state = answer[0]?.state;
      if (state === 'cancelled' || state === 'running' || state === 'done') return state;
    }
    throw new CatgaError(
      'CATGA_ENGINE_UNAVAILABLE',
      `Lane ${place.lane} of '${place.subscription.id}' changes its owner all the time.`,
      { details: { lane: place.lane, subscription: place.subscription.id } },
    );
  }

  /** The record with a cancelled command that cannot have begun; undefined if it has ended. */
  private async withSkip(
    { subscription, lane, position, index }: LanePlace,
    sections: ReadonlyMap<string, ProgressSection>,
  ): Promise<ReadonlyMap<string, ProgressSection> | undefined> {
    const state = await this.parts.lanes.log.state(lane);
    const before = sections.get(subscription.id);
    const { start } = startOf(subscription, lane, before, state, '');
    if (position < start.progress.floor) return undefined;
    const section: ProgressSection = {
      ...(before?.made === subscription.made && before.identity === state.identity
        ? before
        : { ...start, owner: '', reach: 0, handling: 0, alone: undefined }),
      skips: [...start.skips, [position, index]],
      // Invalidates a takeover in progress.
      beat: start.beat + 1,
    };
    return new Map([...sections, [subscription.id, section]]);
  }

  /** Queries the owner. Resolves with `gone` if there is none. */
  private async askFor(
    section: ProgressSection | undefined,
    places: readonly LanePlace[],
    cancel: boolean,
    ask: AskOwner,
  ): Promise<readonly CommandState[] | 'gone'> {
    const session = section?.owner ?? '';
    const [place] = places;
    if (session === '' || place === undefined) return 'gone';
    const question = placesOf(session, places, cancel);
    try {
      const answer =
        session === this.owner.session
          ? await this.answer(question)
          : await ask(session.slice(0, session.indexOf('/')), question);
      if (answer['isGone'] === true) return 'gone';
      return answer['states'] as readonly CommandState[];
    } catch (thrown) {
      const code = thrown instanceof CatgaError ? thrown.code : undefined;
      if (code === 'CATGA_NODE_NOT_FOUND') return 'gone';
      // Another node is taking over the lane.
      if (code === 'CATGA_NODE_LOST') return places.map(() => ({ state: 'elsewhere' }));
      throw thrown;
    }
  }
}
