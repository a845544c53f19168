import type { Clock } from '../ports/clock.js';
import type {
  QueuedCommands,
  QueuedEnd,
  QueuedItem,
  QueuedItems,
  QueuedRange,
} from '../ports/queued-commands.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import { headOf } from '../reliability/message-head.js';
import { wrongCursor } from '../reliability/page-cursor.js';
import type { LogEntry } from './log-entry.js';
import type { MemoryQueue } from './memory-queue.js';

/** The commands of the memory engine's queues. Nothing happens between a look and a removal. */
export class MemoryQueuedCommands implements QueuedCommands {
  constructor(
    private readonly queue: MemoryQueue,
    private readonly clock: Clock,
  ) {}

  list({ name, limit, after }: QueuedRange): Promise<QueuedItems> {
    const from = after === undefined ? undefined : placeOf(after);
    const items: QueuedItem[] = [];
    let last: string | undefined;
    for (const id of this.queue.queueIds(name)) {
      if (from !== undefined && id < from.queue) continue;
      for (const entry of this.queue.entriesOf(id)) {
        if (from?.queue === id && entry.sequence <= from.sequence) continue;
        if (items.length === limit) return Promise.resolve({ items, next: last });
        items.push(this.item(entry));
        last = `${entry.sequence}~${id}`;
      }
    }
    return Promise.resolve({ items, next: undefined });
  }

  cancel(command: MessageIdentity): Promise<QueuedEnd> {
    return Promise.resolve(this.take(command));
  }

  async reschedule(command: MessageIdentity, delayMs: number): Promise<QueuedEnd> {
    const end = this.take(command);
    if (end.state === 'taken') await this.queue.append(end.message, { delayMs, isAgain: true });
    return end;
  }

  private take({ name, messageId }: MessageIdentity): QueuedEnd {
    let end: QueuedEnd = { state: 'absent' };
    for (const id of this.queue.queueIds(name))
      for (const entry of this.queue.entriesOf(id)) {
        if (entry.message.messageId !== messageId) continue;
        if (!this.queue.remove(id, entry)) return { state: 'running' };
        end = { state: 'taken', message: entry.message };
      }
    return end;
  }

  private item({ message: whole, place, notBeforeMs }: LogEntry): QueuedItem {
    const message = headOf(whole);
    const waitMs = notBeforeMs === 0 ? 0 : notBeforeMs - this.clock.monotonicMs();
    if (place === 'taken') return { message, state: 'running' };
    if (waitMs <= 0) return { message, state: 'waiting' };
    return { message, state: 'delayed', dueAtMs: this.clock.now() + waitMs };
  }
}

function placeOf(cursor: string): { readonly sequence: number; readonly queue: string } {
  const [, sequence, queue] = /^(\d+)~(.+)$/s.exec(cursor) ?? [];
  if (sequence === undefined || queue === undefined) throw wrongCursor(cursor);
  return { sequence: Number(sequence), queue };
}
