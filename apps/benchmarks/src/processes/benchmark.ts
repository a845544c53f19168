import type { Broker } from './load/broker.js';
import type { Effort } from './load/contender.js';
import type { Result, Scenario } from './report/finding.js';

/** What is measured between processes over one sort of broker. */
export interface Benchmark {
  /** Its part of the page, and the end of `npm run bench:…`. */
  readonly name: 'nats' | 'redis' | 'sql' | 'sagas' | 'events';
  /** All that is measured, in the order of the report. */
  readonly scenarios: readonly Scenario[];
  /** The variable of the environment that names a server to measure over; absent where none may be given. */
  readonly serverVariable?: string;
  startBroker(): Promise<Broker>;
  /** Its part of the page. */
  section(results: readonly Result[], version: string, effort: Effort): string;
}
