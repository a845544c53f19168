import { toError } from '../../errors/catga-error.js';
import type { OutboxEntry, OutboxStore } from '../../ports/outbox-store.js';
import type { EntrySender } from './entry-sender.js';
import type { KnownEntries } from './known-entries.js';
import { outboxBytes } from './outbox-quota.js';
import type { SentEntries } from './sent-entries.js';

/** Maximum number and size of entries in memory; beyond it they are read from the store, in its order. */
const MAX_ENTRIES = 10_000;
const MAX_BYTES = 32 * 1024 * 1024;
/** With so many gathered, the next ones leave, even if those that left before are not acknowledged. */
const MAX_GATHERED = 64;
/** Maximum number of waiting entries of one key that are read at once. */
const MAX_OF_KEY = 500;

/** What becomes of entries in memory. */
export interface CommittedListener {
  /** The engine takes messages. */
  sent(): void;
  /** These are not sent, and have to be read from the store again; without an error because there are too many. */
  unsent(entries: readonly OutboxEntry[], error: Error | undefined): void;
}

/** Entries of one key, in order, sent one after another; or one entry without a key. */
interface EntryQueue {
  readonly key: string | undefined;
  readonly entries: OutboxEntry[];
  /** Whether an earlier entry of the key waits in the store that is not in memory. */
  isIncomplete: boolean;
}

/**
 * Committed entries in memory, on their way to the engine: those of one key one after another, all others side by side.
 * While some are on their way, others are gathered and leave together: a message alone costs the engine several times its
 * share of many. Whatever happens to them here, the store has them.
 */
export class CommittedEntries {
  private readonly queues = new Map<string, EntryQueue>();
  private gathered: EntryQueue[] = [];
  /** Number of queues that left and have not had their first acknowledgement. */
  private leaving = 0;
  private readonly held = new Map<string, number>();
  private bytes = 0;
  private whenIdle: (() => void)[] = [];

  constructor(
    private readonly store: OutboxStore,
    private readonly sender: EntrySender,
    private readonly sentEntries: SentEntries,
    private readonly known: KnownEntries,
    private readonly listener: CommittedListener,
  ) {}

  get size(): number {
    return this.held.size;
  }

  hasKey(key: string): boolean {
    return this.queues.has(key);
  }

  has(id: string): boolean {
    return this.held.has(id);
  }

  take(entries: readonly OutboxEntry[]): void {
    for (const [at, entry] of entries.entries()) {
      if (this.held.has(entry.id) || this.sentEntries.has(entry.id)) continue;
      if (this.held.size >= MAX_ENTRIES || this.bytes >= MAX_BYTES)
        return this.listener.unsent(entries.slice(at), undefined);
      const { key } = entry.message;
      const { behind } = entry;
      const isIncomplete = behind !== undefined && !this.held.has(behind) && !this.sentEntries.has(behind);
      this.hold(entry);
      this.queueUp(key, entry, isIncomplete);
    }
    if (this.leaving === 0 || this.gathered.length >= MAX_GATHERED) this.leave();
  }

  /** Forgets what is not being sent, and returns it. */
  drop(): readonly OutboxEntry[] {
    const gathered = this.gathered.splice(0);
    const dropped = [...gathered, ...this.queues.values()].flatMap(({ entries }) => entries.splice(0));
    for (const { key } of gathered) if (key !== undefined) this.queues.delete(key);
    for (const entry of dropped) this.release(entry);
    return dropped;
  }

  /** Resolves once nothing is in memory. */
  async idle(): Promise<void> {
    while (this.held.size > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private queueUp(key: string | undefined, entry: OutboxEntry, isIncomplete: boolean): void {
    const queue = key === undefined ? undefined : this.queues.get(key);
    if (queue !== undefined) {
      queue.entries.push(entry);
      queue.isIncomplete ||= isIncomplete;
      return;
    }
    const begun = { key, entries: [entry], isIncomplete };
    if (key !== undefined) this.queues.set(key, begun);
    this.gathered.push(begun);
  }

  /** Sends what is gathered. */
  private leave(): void {
    const { gathered } = this;
    this.gathered = [];
    this.leaving += gathered.length;
    for (const queue of gathered) void this.sendQueue(queue);
  }

  private async sendQueue(queue: EntryQueue): Promise<void> {
    const { key, entries } = queue;
    for (let isFirst = true, isFree = true; isFree; isFirst = false) {
      if (queue.isIncomplete && key !== undefined) await this.complete(key, queue);
      const entry = entries.shift();
      isFree = entry !== undefined && (await this.deliver(entry));
      if (isFirst && --this.leaving === 0) this.leave();
    }
    // After a failure all is dropped; nothing is left otherwise.
    if (key !== undefined) this.queues.delete(key);
  }

  /** Puts the entries of the store that precede those in memory before them. */
  private async complete(key: string, queue: EntryQueue): Promise<void> {
    queue.isIncomplete = false;
    try {
      const listed = await this.store.list('waiting', MAX_OF_KEY, undefined, { key });
      if (listed.length >= MAX_OF_KEY) return this.listener.unsent([], undefined);
      const known = new Set(queue.entries.map(({ id }) => id));
      const inOrder: OutboxEntry[] = [];
      for (const entry of listed) {
        if (entry.message.key !== key || this.sentEntries.has(entry.id)) continue;
        if (known.delete(entry.id)) inOrder.push(entry);
        else if (!this.held.has(entry.id)) {
          this.hold(entry);
          inOrder.push(entry);
        }
      }
      // Those that were committed after the store was read.
      inOrder.push(...queue.entries.filter(({ id }) => known.has(id)));
      queue.entries.splice(0, Infinity, ...inOrder);
    } catch (thrown) {
      this.listener.unsent([], toError(thrown));
    }
  }

  /** Whether the next entry of the key may be sent. Never rejects. */
  private async deliver(entry: OutboxEntry): Promise<boolean> {
    try {
      const { stored, toRetry } = await this.sender.send([entry]);
      if (stored.length > 0) this.sentEntries.add(entry);
      const [unsent] = toRetry;
      if (unsent === undefined) this.listener.sent();
      else this.listener.unsent([entry], unsent.error);
      return unsent === undefined;
    } catch (thrown) {
      this.listener.unsent([entry], toError(thrown));
      return false;
    } finally {
      this.release(entry);
    }
  }

  private hold(entry: OutboxEntry): void {
    const bytes = outboxBytes(entry);
    this.held.set(entry.id, bytes);
    this.known.add(entry);
    this.bytes += bytes;
  }

  private release(entry: OutboxEntry): void {
    const { id } = entry;
    if (!this.sentEntries.has(id)) this.known.remove(entry);
    this.bytes -= this.held.get(id) ?? 0;
    this.held.delete(id);
    if (this.held.size === 0) for (const tell of this.whenIdle.splice(0)) tell();
  }
}
