import { z } from 'zod';
import { checkedOptions } from '../options/checked-options.js';
import type { Outbox, OutboxClient } from '../ports/outbox-store.js';
import type { OutboxLimits } from '../reliability/outbox/outbox-quota.js';
import { MemoryOutboxEntries, MemoryOutboxStore } from './memory-outbox-store.js';
import { MemoryTransactions } from './memory-transactions.js';
import { TransactionalMemoryRecords } from './transactional-memory-records.js';
import { TransactionalMemoryStore } from './transactional-memory-store.js';

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
  /**
   * Whether it stands in for an outbox in a database: handlers with `transaction: true` run as with one, without a
   * database. For tests.
   * @defaultValue false
   */
  readonly transactions?: boolean;
}

const schema = z.strictObject({
  maxMessages: z.int().positive().default(10_000),
  maxBytes: z
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  transactions: z.boolean().default(false),
});

/** Fills in the defaults and refuses invalid options. */
export function resolveMemoryOutboxOptions(
  options: MemoryOutboxOptions,
): OutboxLimits & { readonly transactions: boolean } {
  return Object.freeze(checkedOptions('The outbox in memory', schema, options));
}

/** An outbox in memory. */
export interface MemoryOutbox extends Outbox {
  /**
   * With `transactions`: runs work in a transaction. What it publishes is sent if it resolves, and dropped if it rejects.
   * @param work gets the handle for `publish(event, { transaction })`
   */
  run<T>(work: (transaction: unknown) => Promise<T>): Promise<T>;
}

/**
 * In-memory outbox: reliable messages survive a broker outage, but not the end of the process. A node that stops tries
 * to send them first, and logs how many it lost. Use a file outbox for messages that must not be lost.
 *
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options
 * @publicApi
 */
export function memoryOutbox(options: MemoryOutboxOptions = {}): MemoryOutbox {
  const { transactions: isTransactional, ...limits } = resolveMemoryOutboxOptions(options);
  const transactions = new MemoryTransactions();
  const entries = new Map<string, MemoryOutboxEntries>();
  const records = new Map<string, TransactionalMemoryRecords>();
  return Object.freeze({
    name: 'memory',
    capabilities: Object.freeze({
      isLasting: false,
      isTransactional,
      opensTransactions: isTransactional,
      ...(isTransactional && { keepsRecords: true }),
    }),
    open(client: OutboxClient) {
      const { namespace } = client;
      const kept = entries.get(namespace) ?? new MemoryOutboxEntries(limits);
      entries.set(namespace, kept);
      const store = new MemoryOutboxStore(kept);
      if (!isTransactional) return Promise.resolve(store);
      const keptRecords = records.get(namespace) ?? new TransactionalMemoryRecords(transactions);
      records.set(namespace, keptRecords);
      return Promise.resolve(new TransactionalMemoryStore(store, kept, transactions, client, keptRecords));
    },
    run: <T>(work: (transaction: unknown) => Promise<T>) => transactions.run(work),
  });
}
