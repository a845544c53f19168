import { appendCases } from './append-cases.js';
import { EventStoreTrial } from './event-store-case.js';
import type { EventStoreHarness } from './event-store-harness.js';
import { keyCases } from './key-cases.js';
import { orderCases } from './order-cases.js';
import { projectionCases } from './projection-cases.js';
import { readCases } from './read-cases.js';
import { snapshotCases } from './snapshot-cases.js';
import { transactionCases } from './transaction-cases.js';
import type { SuiteRunner } from '../suite-runner.js';

/**
 * Compliance suite of event stores, also for your own.
 * @param name of the store, for the titles of the cases
 * @param runner the test runner's `describe` and `it`
 * @defaultValue runner the global functions of Jest, or of Vitest with `globals`
 *
 * @publicApi
 */
export function describeEventStore(
  name: string,
  harness: EventStoreHarness,
  runner: SuiteRunner = globalThis as typeof globalThis & SuiteRunner,
): void {
  runner.describe(`An event store: ${name}`, () => {
    for (const { name: title, run } of [
      ...appendCases,
      ...readCases,
      ...orderCases,
      ...snapshotCases,
      ...projectionCases,
      ...keyCases,
      ...transactionCases,
    ])
      runner.it(title, () => EventStoreTrial.run(harness, run));
  });
}
