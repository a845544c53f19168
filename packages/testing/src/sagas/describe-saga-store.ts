import { recordStoreCases } from '../outbox/record-store-cases.js';
import type { RecordStoreHarness } from '../outbox/record-store-cases.js';

/** The functions of Jest, Vitest or another test runner that the suite calls. */
export interface SagaStoreRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

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
  runner: SagaStoreRunner = globalThis as typeof globalThis & SagaStoreRunner,
): void {
  runner.describe(`A store of sagas: ${name}`, () => {
    for (const { name: title, run } of recordStoreCases(harness)) runner.it(title, run);
  });
}
