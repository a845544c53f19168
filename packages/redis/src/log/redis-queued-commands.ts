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
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import type { LogServices } from './log-services.js';
import { queueKeys, queuesKey, usedQueuesKey } from './queue-keys.js';
import { readMessage } from './read-message.js';
import { listEntries } from './scripts/list-entries.lua.js';
import { takeOutEntry } from './scripts/take-out-entry.lua.js';

/** Maximum number of entries per script, so that it does not block the server. */
const ENTRIES_AT_A_TIME = 1024;
const BYTES_AT_A_TIME = 1024 * 1024;
const TAKEN = 1;
const ABSENT = -1;

interface QueuedEntry {
  readonly queue: string;
  readonly entry: string;
  readonly message: StoredMessage;
  readonly item: QueuedItem;
}

interface EntryPage {
  readonly found: readonly QueuedEntry[];
  /** The first entry that was not scanned; empty if there is none. */
  readonly next: string;
}

/** Commands in the queues. A script atomically checks the holder of an entry and removes it. */
export class RedisQueuedCommands implements QueuedCommands {
  constructor(private readonly services: Pick<LogServices, 'session' | 'prefix' | 'wakeChannel'>) {}

  async list({ name, limit, after }: QueuedRange): Promise<QueuedItems> {
    const [fromEntry, fromQueue] = after === undefined ? ['-', ''] : placeOf(after);
    const items: QueuedItem[] = [];
    const queues = (await this.queues(name)).filter((queue) => queue >= fromQueue);
    for (const [at, queue] of queues.entries()) {
      const { found, next } = await this.read(
        queue,
        queue === fromQueue ? fromEntry : '-',
        limit - items.length,
      );
      for (const { item } of found) items.push(item);
      if (next !== '') return { items, next: `${next}~${queue}` };
      const following = queues[at + 1];
      if (items.length === limit && following !== undefined) return { items, next: `-~${following}` };
    }
    return { items, next: undefined };
  }

  cancel(command: MessageIdentity): Promise<QueuedEnd> {
    return this.takeOut(command, []);
  }

  reschedule(command: MessageIdentity, delayMs: number): Promise<QueuedEnd> {
    return this.takeOut(command, [Math.max(0, Math.ceil(delayMs))]);
  }

  private async takeOut(
    command: MessageIdentity,
    delayMs: readonly [] | readonly [number],
  ): Promise<QueuedEnd> {
    const { session, prefix, wakeChannel } = this.services;
    let end: QueuedEnd = { state: 'absent' };
    for (const { queue, entry, message } of await this.find(command)) {
      const { entries, back } = queueKeys(prefix, queue);
      const args = [entry, `${wakeChannel}${queue}`, ...delayMs];
      const answer = numberOf(await session.run(takeOutEntry, [entries, back], args));
      if (answer === TAKEN) end = { state: 'taken', message };
      else if (answer !== ABSENT) return { state: 'running' };
    }
    return end;
  }

  /** All entries with an id, which may have been stored twice. */
  private async find({ name, messageId }: MessageIdentity): Promise<readonly QueuedEntry[]> {
    const found: QueuedEntry[] = [];
    const queue = `${COMMAND_QUEUES}.${name}`;
    for (let from = '-'; from !== '';) {
      const page = await this.read(queue, from, ENTRIES_AT_A_TIME, messageId);
      for (const each of page.found)
        if (each.message.messageId === messageId && each.message.name === name) found.push(each);
      from = page.next;
    }
    return found;
  }

  private async read(queue: string, from: string, limit: number, text = ''): Promise<EntryPage> {
    const { session, prefix } = this.services;
    const { entries, back } = queueKeys(prefix, queue);
    const args = [from, limit, BYTES_AT_A_TIME, ENTRIES_AT_A_TIME, text];
    const [next, now, ...rest] = listOf(await session.run(listEntries, [entries, back], args));
    const nowMs = numberOf(now);
    const found: QueuedEntry[] = [];
    for (let at = 0; at < rest.length; at += 4) {
      const entry = bytesOf(rest[at]).toString();
      const subscription = { kind: 'command', names: [queue.slice(COMMAND_QUEUES.length + 1)] } as const;
      const { message: whole } = readMessage(bytesOf(rest[at + 3]), entry, subscription);
      const dueAtMs = numberOf(rest[at + 2]);
      const message = headOf(whole);
      const item: QueuedItem =
        rest[at + 1] === TAKEN
          ? { message, state: 'running' }
          : dueAtMs > nowMs
            ? { message, state: 'delayed', dueAtMs }
            : { message, state: 'waiting' };
      found.push({ queue, entry, message: whole, item });
    }
    return { found, next: bytesOf(next).toString() };
  }

  private async queues(name: string | undefined): Promise<readonly string[]> {
    if (name !== undefined) return [`${COMMAND_QUEUES}.${name}`];
    const { session, prefix } = this.services;
    const [used, handled] = await Promise.all([
      session.ask((client) => client.smembers(usedQueuesKey(prefix))),
      session.ask((client) => client.hkeys(queuesKey(prefix))),
    ]);
    return [...new Set([...used, ...handled])].toSorted();
  }
}

function placeOf(cursor: string): readonly [entry: string, queue: string] {
  const [, entry, queue] = /^(-|\d+-\d+)~(.+)$/s.exec(cursor) ?? [];
  if (entry === undefined || queue === undefined) throw wrongCursor(cursor);
  return [entry, queue];
}
