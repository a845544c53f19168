import { handlerCases } from './handler-cases.js';
import { recordCases } from './record-cases.js';
import type { OutboxCase } from './outbox-case.js';
import type { OutboxHarness } from './outbox-harness.js';
import { limitCases, storeCases } from './store-cases.js';
import { transactionCases } from './transaction-cases.js';

/**
 * Compliance suite of outbox stores, for any test framework: storage, order, limits, namespaces, and what the store's
 * capabilities promise of transactions.
 *
 * @example `for (const { name, run } of outboxStoreSuite(harness)) it(name, run)`
 * @publicApi
 */
export function outboxStoreSuite(harness: OutboxHarness): readonly OutboxCase[] {
  const { isTransactional, opensTransactions, keepsRecords } = harness.capabilities;
  return [
    ...storeCases(harness),
    ...(harness.isLimited === false ? [] : limitCases(harness)),
    ...(isTransactional ? transactionCases(harness) : []),
    ...(opensTransactions === true ? handlerCases(harness) : []),
    ...(keepsRecords === true ? recordCases(harness) : []),
  ];
}
