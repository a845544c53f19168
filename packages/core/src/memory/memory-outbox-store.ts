import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import type { StoredOutcome } from '../ports/idempotency-store.js';
import type {
  OutboxCounts,
  OutboxEntry,
  OutboxFilter,
  OutboxMessage,
  OutboxState,
  OutboxStore,
} from '../ports/outbox-store.js';
import { OutboxQuota, outboxBytes } from '../reliability/outbox/outbox-quota.js';
import type { OutboxLimits } from '../reliability/outbox/outbox-quota.js';
import { slotOf } from '../reliability/outbox/outbox-slots.js';

/** What a transaction has recorded under a key. */
export interface MemoryRecord {
  readonly fingerprint: string;
  readonly outcome: StoredOutcome | undefined;
}

/** Entries of one namespace, for all nodes that open the outbox. */
export class MemoryOutboxEntries {
  /** By id, in insertion order; a parked message keeps its place. */
  readonly byId = new Map<string, OutboxEntry>();
  readonly quota: OutboxQuota;
  /** Records of handlers with a transaction. */
  readonly records = new Map<string, MemoryRecord>();
  /** Ends of the transactions that hold a record, by its key. */
  readonly claims = new Map<string, Promise<void>>();
  private lastId = 0;

  constructor(limits: OutboxLimits) {
    this.quota = new OutboxQuota(limits);
  }

  /** Adds all messages or, with `CATGA_OVERLOADED`, none. */
  add(messages: readonly OutboxMessage[]): readonly OutboxEntry[] {
    this.quota.take(messages.map(outboxBytes));
    return this.addReserved(messages);
  }

  /** Adds messages that have their room already. */
  addReserved(messages: readonly OutboxMessage[]): readonly OutboxEntry[] {
    return messages.map((message) => {
      const entry = { ...message, id: String(++this.lastId) };
      this.byId.set(entry.id, entry);
      return entry;
    });
  }
}

/** Outbox store in memory. */
export class MemoryOutboxStore implements OutboxStore {
  constructor(private readonly entries: MemoryOutboxEntries) {}

  async add(messages: readonly OutboxMessage[]): Promise<void> {
    this.entries.add(messages);
  }

  async list(
    state: OutboxState,
    limit: number,
    after = '0',
    { slots, key }: OutboxFilter = {},
  ): Promise<readonly OutboxEntry[]> {
    const page: OutboxEntry[] = [];
    for (const entry of this.entries.byId.values()) {
      if (page.length >= limit) break;
      if (stateOf(entry) !== state || Number(entry.id) <= Number(after)) continue;
      if (key !== undefined && entry.message.key !== key) continue;
      if (slots === undefined || slots.includes(slotOf(entry))) page.push(entry);
    }
    return page;
  }

  async remove(ids: readonly string[]): Promise<void> {
    const { byId, quota } = this.entries;
    for (const id of ids) {
      const entry = byId.get(id);
      if (entry === undefined) continue;
      byId.delete(id);
      quota.giveBack(outboxBytes(entry));
    }
  }

  async park(id: string, failure: DeadLetterFailure): Promise<void> {
    const entry = this.entries.byId.get(id);
    if (entry !== undefined) this.entries.byId.set(id, { ...entry, failure });
  }

  async count(): Promise<OutboxCounts> {
    const counts = { waiting: 0, parked: 0 };
    for (const entry of this.entries.byId.values()) counts[stateOf(entry)]++;
    return counts;
  }

  async close(): Promise<void> {
    // Entries stay in the outbox object for a node that opens it again.
  }
}

function stateOf({ failure }: OutboxEntry): OutboxState {
  return failure === undefined ? 'waiting' : 'parked';
}
