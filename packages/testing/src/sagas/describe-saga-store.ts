import { recordStoreCases } from '../outbox/record-store-cases.js';
import type { RecordStoreHarness } from '../outbox/record-store-cases.js';
import type { SuiteRunner } from '../suite-runner.js';

/**
 * Compliance suite of stores of sagas: the records of an engine, or of an outbox, also of your own.
 * @param name of the store, for the titles of the cases
 * @param runner the test runner's `describe` and `it`
 * @defaultValue runner the global functions of Jest, or of Vitest with `globals`
 *
 * @publicApi
 */
export function describeSagaStore(
  name: string,
  harness: RecordStoreHarness,
  runner: SuiteRunner = globalThis as typeof globalThis & SuiteRunner,
): void {
  runner.describe(`A store of sagas: ${name}`, () => {
    for (const { name: title, run } of recordStoreCases(harness)) runner.it(title, run);
  });
}
