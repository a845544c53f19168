import type { OpenSagas } from '@catga/nestjs';
import type { Clock } from '@catga/core/engine';
import type { SagaRecord } from './saga-record.js';
import type { SagaRecords } from './saga-records.js';

/** Approximate number of records read at a time. */
const PAGE = 500;
/** Minimum time between two pages, in milliseconds. */
const FRESH_MS = 5_000;

/** Counts of open sagas, from a full or partial pass over the records. */
interface Count {
  running: number;
  compensating: number;
  stuck: number;
  oldestStartedAtMs: number;
}

/**
 * Counts the open sagas of one name, for metrics. Each reading scans at most one page of the records, and returns the counts of the latest
 * full pass.
 */
export class SagaCensus {
  private whole: Count | undefined;
  private part = nothing();
  private cursor: string | undefined;
  private freshUntilMs = 0;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly saga: string,
    private readonly records: Pick<SagaRecords, 'page'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Rejects with errors of the store. */
  async read(): Promise<OpenSagas> {
    if (this.clock.now() >= this.freshUntilMs) {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
      await this.looking;
    }
    const { oldestStartedAtMs, ...counts } = this.whole ?? this.part;
    const ageMs = Math.max(0, this.clock.now() - oldestStartedAtMs);
    return { saga: this.saga, ...counts, oldestMs: oldestStartedAtMs === Infinity ? undefined : ageMs };
  }

  private async look(): Promise<void> {
    const { sagas, next } = await this.records.page(this.saga, PAGE, this.cursor);
    for (const { record } of sagas) add(this.part, record);
    this.cursor = next;
    this.freshUntilMs = this.clock.now() + FRESH_MS;
    if (next !== undefined) return;
    this.whole = this.part;
    this.part = nothing();
  }
}

function nothing(): Count {
  return { running: 0, compensating: 0, stuck: 0, oldestStartedAtMs: Infinity };
}

function add(count: Count, record: SagaRecord): void {
  const { status, startedAtMs } = record;
  if (status === 'completed' || status === 'compensated') return;
  count[status] += 1;
  if (status !== 'stuck') count.oldestStartedAtMs = Math.min(count.oldestStartedAtMs, startedAtMs);
}
