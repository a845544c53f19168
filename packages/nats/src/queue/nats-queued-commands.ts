import { COMMAND_QUEUES, headOf, wrongCursor } from '@catga/core/engine';
import type {
  MessageIdentity,
  QueuedCommands,
  QueuedEnd,
  QueuedItem,
  QueuedItems,
  QueuedRange,
  StoredMessage,
} from '@catga/core/engine';
import type { StoredEntry } from '../jetstream/stream-store.js';
import type { AttemptState } from './attempt-counts.js';
import { deliveredUpTo } from './consumer-config.js';
import { storedCommandOf } from './stored-command.js';
import type { StoredCommand } from './stored-command.js';
import type { QueueServices } from './queue-services.js';
import type { QueueStream } from './queue-streams.js';
import { nameTokens, subscriptionToken } from './queue-subjects.js';

/** Number of parts of a stream that are searched concurrently, each message by message. */
const SEARCHED_AT_A_TIME = 16;
/** Maximum time until a message is removed on all replicas, in milliseconds. */
const REPLICATED_MS = 250;

/** Stores a command again. */
export type StoreAgain = (message: StoredMessage, delayMs: number) => Promise<{ readonly sequence: number }>;

/**
 * Commands in the queues. Attempts and cancellations are recorded by compare-and-set, except the first attempt of a command without delay.
 * Such a command is removed, and counts as not taken if the consumer had delivered it neither before nor after the removal.
 */
export class NatsQueuedCommands implements QueuedCommands {
  constructor(
    private readonly services: QueueServices,
    private readonly storeAgain: StoreAgain,
  ) {}

  async list({ name, limit, after }: QueuedRange): Promise<QueuedItems> {
    const [fromStream, fromSequence] = after === undefined ? [0, 1] : placeOf(after);
    const found: StoredCommand[] = [];
    let next: string | undefined;
    for (const [at, { store, filter }] of this.streams(name).entries()) {
      if (at < fromStream) continue;
      for (let from = at === fromStream ? fromSequence : 1; next === undefined;) {
        const entry = await store.next(filter, from);
        if (entry === undefined) break;
        from = entry.sequence + 1;
        if (found.length < limit) found.push(this.read(entry));
        else next = `${at}~${entry.sequence}`;
      }
    }
    const delivered = new Map<string, Promise<number>>();
    const items = await Promise.all(found.map((command) => this.item(command, delivered)));
    return { items: items.filter((item) => item !== undefined), next };
  }

  async cancel(command: MessageIdentity): Promise<QueuedEnd> {
    let end: QueuedEnd = { state: 'absent' };
    for (const found of await this.find(command)) {
      const state = await this.takeAway(found);
      if (state === 'running') return { state };
      if (state === 'taken') end = { state, message: found.message };
    }
    return end;
  }

  async reschedule(command: MessageIdentity, delayMs: number): Promise<QueuedEnd> {
    const [found] = await this.find(command);
    if (found === undefined) return { state: 'absent' };
    const item = await this.item(found, new Map());
    if (item?.state === 'running') return { state: 'running' };
    // Stored again before it is removed: after a crash in between it runs twice rather than never.
    const { sequence } = await this.storeAgain(found.message, Math.max(delayMs, LEAST_DELAY_MS));
    const state = await this.takeAway(found);
    if (state === 'taken') return { state, message: found.message };
    await this.services.streams.command.store.remove(sequence);
    return { state };
  }

  /** All messages with an id, which may have been stored twice. */
  private async find({ name, messageId }: MessageIdentity): Promise<readonly StoredCommand[]> {
    const found: StoredCommand[] = [];
    for (const { store, filter } of this.streams(name)) {
      const info = await store.info();
      if (info === undefined || info.state.messages === 0) continue;
      const { first_seq: first, last_seq: last } = info.state;
      const size = Math.ceil((last + 1 - first) / SEARCHED_AT_A_TIME);
      const parts = Array.from({ length: SEARCHED_AT_A_TIME }, (_, part) => first + part * size);
      await Promise.all(
        parts.map(async (start) => {
          for (let from = start; from < start + size;) {
            const entry = await store.next(filter, from);
            if (entry === undefined || entry.sequence >= start + size) return;
            from = entry.sequence + 1;
            const command = this.read(entry);
            if (command.message.name === name && command.message.messageId === messageId) found.push(command);
          }
        }),
      );
    }
    return found;
  }

  private read(entry: StoredEntry): StoredCommand {
    const { streams, maxMessageBytes } = this.services;
    return storedCommandOf(entry, streams, maxMessageBytes);
  }

  /** State of a command; undefined if it was taken out and is about to be removed. */
  private async item(
    command: StoredCommand,
    delivered: Map<string, Promise<number>>,
  ): Promise<QueuedItem | undefined> {
    const { serverClock, attempts } = this.services;
    const { place, dueAtMs, message: whole } = command;
    const message = headOf(whole);
    const nowMs = dueAtMs === undefined ? 0 : await serverClock.now();
    if (dueAtMs !== undefined && dueAtMs > nowMs) return { message, state: 'delayed', dueAtMs };
    if (dueAtMs === undefined && place.sequence > (await this.deliveredOf(command, delivered)))
      return { message, state: 'waiting' };
    const { noted } = await attempts.read(place);
    if (noted?.state === 'taken') return undefined;
    if (noted?.state === 'waiting')
      return noted.dueAtMs > (await serverClock.now())
        ? { message, state: 'delayed', dueAtMs: noted.dueAtMs }
        : { message, state: 'waiting' };
    return { message, state: isBegun(command, noted) ? 'running' : 'waiting' };
  }

  private async takeAway(command: StoredCommand): Promise<QueuedEnd['state']> {
    const { attempts } = this.services;
    const { place, dueAtMs, store } = command;
    if (dueAtMs === undefined && place.sequence > (await this.deliveredOf(command)))
      return this.takeUndelivered(command);
    for (;;) {
      const { noted, revision } = await attempts.read(place);
      if (noted?.state === 'taken') return 'absent';
      if (isBegun(command, noted))
        return (await store.at(place.sequence)) === undefined ? 'absent' : 'running';
      if (!(await attempts.replace(place, { state: 'taken' }, revision))) continue;
      await store.remove(place.sequence);
      return 'taken';
    }
  }

  private async takeUndelivered(command: StoredCommand): Promise<QueuedEnd['state']> {
    const { place, store, message } = command;
    if (!(await store.remove(place.sequence))) return 'absent';
    if (store.shape.replicas > 1) await store.api.pause(REPLICATED_MS);
    if (place.sequence > (await this.deliveredOf(command))) return 'taken';
    // It may have been delivered just before the removal: store it again, because its holder may not finish it.
    await this.storeAgain(message, 0);
    return 'running';
  }

  /** Sequence number up to which the consumer of a command has delivered. */
  private deliveredOf(
    { store, place: { consumer } }: StoredCommand,
    known: Map<string, Promise<number>> = new Map(),
  ): Promise<number> {
    let delivered = known.get(consumer);
    if (delivered === undefined) {
      delivered = deliveredUpTo(store.api, store.shape.name, consumer);
      known.set(consumer, delivered);
    }
    return delivered;
  }

  private streams(name: string | undefined): readonly (QueueStream & { readonly filter: string })[] {
    const { command, retry } = this.services.streams;
    const commands = name === undefined ? '>' : `*.${nameTokens(name)}`;
    const retries = name === undefined ? '>' : subscriptionToken(`${COMMAND_QUEUES}.${name}`);
    return [
      { ...command, filter: command.prefix + commands },
      { ...retry, filter: retry.prefix + retries },
    ];
  }
}

/** Minimum delay of a rescheduled command, in milliseconds: it is stored before it is known whether the original could be removed. */
const LEAST_DELAY_MS = 1000;

/** Whether a delivered or due command may be running: the first attempt of a command without delay is not recorded. */
function isBegun({ dueAtMs }: StoredCommand, noted: AttemptState | undefined): boolean {
  return noted === undefined ? dueAtMs === undefined : noted.state === 'begun';
}

function placeOf(cursor: string): readonly [stream: number, sequence: number] {
  const [, stream, sequence] = /^([01])~(\d+)$/.exec(cursor) ?? [];
  if (stream === undefined || sequence === undefined) throw wrongCursor(cursor);
  return [Number(stream), Number(sequence)];
}
