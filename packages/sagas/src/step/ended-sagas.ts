import type { NodeSteps } from '@catga/core/engine';
import type { SagaDefinition } from '../definition/saga-definition.js';
import type { SagaRecords } from '../records/saga-records.js';

/** Records scanned for each saga that ends, and the number of ended sagas between two scans. */
const SWEPT_FOR_EACH = 4;
const SWEEP_EVERY = 8;

/**
 * Removes sagas of one class that ended more than `keepMs` ago: scans a few records for each saga that ends, which bounds their number.
 * After a full pass it rests until the oldest record expires.
 */
export class EndedSagas {
  private cursor: string | undefined;
  private sinceSweep = 0;
  private isSweeping = false;
  private oldestMs = Infinity;
  private passBeganMs = -Infinity;
  private restsUntilMs = -Infinity;

  constructor(
    private readonly definition: Pick<SagaDefinition, 'name' | 'keepMs'>,
    private readonly node: Pick<NodeSteps, 'clock' | 'report'>,
    private readonly records: Pick<SagaRecords, 'removeEnded'>,
  ) {}

  /** Called when a saga has ended. */
  add(): void {
    this.sinceSweep += 1;
    if (this.sinceSweep < SWEEP_EVERY || this.isSweeping || this.node.clock.now() < this.restsUntilMs) return;
    this.sinceSweep = 0;
    this.isSweeping = true;
    void this.sweep().finally(() => (this.isSweeping = false));
  }

  private async sweep(): Promise<void> {
    const { name, keepMs } = this.definition;
    const nowMs = this.node.clock.now();
    if (this.cursor === undefined) this.passBeganMs = nowMs;
    try {
      const { next, oldestMs } = await this.records.removeEnded(
        name,
        SWEPT_FOR_EACH * SWEEP_EVERY,
        nowMs - keepMs,
        this.cursor,
      );
      this.oldestMs = Math.min(this.oldestMs, oldestMs);
      // Some stores list records by time of writing: stop at those written during this pass, else it never ends.
      const isWrittenSince = oldestMs >= this.passBeganMs && oldestMs < Infinity;
      this.cursor = isWrittenSince ? undefined : next;
      if (this.cursor !== undefined) return;
      // A record that changed during the pass may have been missed.
      this.restsUntilMs = Math.min(this.oldestMs, this.passBeganMs) + keepMs;
      this.oldestMs = Infinity;
    } catch (thrown) {
      this.node.report(`removing ended sagas ${name}`, thrown);
    }
  }
}
