import { z } from 'zod';
import type { DeadLetterFailure } from '../contracts/dead-letter.js';
import { checkedOptions } from '../options/checked-options.js';
import type {
  Outbox,
  OutboxClient,
  OutboxCounts,
  OutboxEntry,
  OutboxMessage,
  OutboxState,
  OutboxStore,
} from '../ports/outbox-store.js';
import { OutboxQuota, outboxBytes } from '../reliability/outbox/outbox-quota.js';
import type { OutboxLimits } from '../reliability/outbox/outbox-quota.js';

/**
 * Options of an in-memory outbox.
 *
 * @publicApi
 */
export interface MemoryOutboxOptions {
  /**
   * Maximum number of messages, parked ones included; beyond it `publish` and `enqueue` reject with `CATGA_OVERLOADED`.
   * @defaultValue 10_000
   */
  readonly maxMessages?: number;
  /**
   * Maximum size of all bodies and headers, in bytes; beyond it they reject with `CATGA_OVERLOADED`.
   * @defaultValue 67_108_864 (64 MiB)
   */
  readonly maxBytes?: number;
}

const schema = z.strictObject({
  maxMessages: z.int().positive().default(10_000),
  maxBytes: z
    .int()
    .positive()
    .default(64 * 1024 * 1024),
});

/** Fills in the defaults and refuses invalid options. */
export function resolveMemoryOutboxOptions(options: MemoryOutboxOptions): OutboxLimits {
  return Object.freeze(checkedOptions('The outbox in memory', schema, options));
}

/**
 * In-memory outbox: reliable messages survive a broker outage, but not the end of the process. A node that stops tries
 * to send them first, and logs how many it lost. Use a file outbox for messages that must not be lost.
 *
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options
 * @publicApi
 */
export function memoryOutbox(options: MemoryOutboxOptions = {}): Outbox {
  const limits = resolveMemoryOutboxOptions(options);
  const stores = new Map<string, OutboxStore>();
  return Object.freeze({
    name: 'memory',
    capabilities: Object.freeze({ isLasting: false, isTransactional: false }),
    open({ namespace }: OutboxClient) {
      const store = stores.get(namespace) ?? new MemoryOutboxStore(limits);
      stores.set(namespace, store);
      return Promise.resolve(store);
    },
  });
}

class MemoryOutboxStore implements OutboxStore {
  /** By id, in insertion order; a parked message keeps its place. */
  private readonly entries = new Map<string, OutboxEntry>();
  private readonly quota: OutboxQuota;
  private lastId = 0;

  constructor(limits: OutboxLimits) {
    this.quota = new OutboxQuota(limits);
  }

  async add(messages: readonly OutboxMessage[]): Promise<void> {
    this.quota.take(messages.map(outboxBytes));
    for (const message of messages) {
      const id = String(++this.lastId);
      this.entries.set(id, { ...message, id });
    }
  }

  async list(state: OutboxState, limit: number, after = '0'): Promise<readonly OutboxEntry[]> {
    const page: OutboxEntry[] = [];
    for (const entry of this.entries.values()) {
      if (page.length >= limit) break;
      if (stateOf(entry) === state && Number(entry.id) > Number(after)) page.push(entry);
    }
    return page;
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      this.entries.delete(id);
      this.quota.giveBack(outboxBytes(entry));
    }
  }

  async park(id: string, failure: DeadLetterFailure): Promise<void> {
    const entry = this.entries.get(id);
    if (entry !== undefined) this.entries.set(id, { ...entry, failure });
  }

  async count(): Promise<OutboxCounts> {
    const counts = { waiting: 0, parked: 0 };
    for (const entry of this.entries.values()) counts[stateOf(entry)]++;
    return counts;
  }

  async close(): Promise<void> {
    // Entries stay in the outbox object for a node that opens it again.
  }
}

function stateOf({ failure }: OutboxEntry): OutboxState {
  return failure === undefined ? 'waiting' : 'parked';
}
