import type { NodeSteps } from '@catga/core/engine';
import type { SagaDefinition } from '../definition/saga-definition.js';
import type { SagaRecords } from '../records/saga-records.js';

/** How many sagas are looked at for each one that ends, and after how many. */
const SWEPT_FOR_EACH = 4;
const SWEEP_EVERY = 8;

/**
 * Forgets sagas of one class that ended long ago: a few for each one that ends, so that there are never many more than are kept. Once
 * all have been looked at, none is before the oldest of them may be forgotten.
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

  /** A saga has ended. */
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
      // Stores that list records in the order they were written would go on with those of this pass for ever.
      const isWrittenSince = oldestMs >= this.passBeganMs && oldestMs < Infinity;
      this.cursor = isWrittenSince ? undefined : next;
      if (this.cursor !== undefined) return;
      // One that changed meanwhile may not have been looked at.
      this.restsUntilMs = Math.min(this.oldestMs, this.passBeganMs) + keepMs;
      this.oldestMs = Infinity;
    } catch (thrown) {
      this.node.report(`removing ended sagas ${name}`, thrown);
    }
  }
}
