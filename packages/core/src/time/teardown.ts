import type { Clock } from '../ports/clock.js';

/** Result of a step: completed, failed, or timed out. */
export type StepEnd = 'done' | 'failed' | 'overdue';

/**
 * The steps of stopping something: each has its turn whatever became of the one before. A step that throws, rejects or
 * hangs costs no more than its time.
 */
export class Teardown {
  /** @param report called for each failed step, also after its timeout */
  constructor(
    private readonly clock: Clock,
    private readonly report: (step: string, thrown: unknown) => void,
  ) {}

  /** Runs a step and waits for it, for `withinMs` milliseconds at most. Never rejects. */
  async step(name: string, withinMs: number, run: () => unknown): Promise<StepEnd> {
    const ended = this.guarded(name, run);
    let cancelTimer = (): void => {};
    const overdue = new Promise<StepEnd>((resolve) => {
      cancelTimer = this.clock.setTimer(withinMs, () => resolve('overdue'));
    });
    const end = await Promise.race([ended, overdue]);
    cancelTimer();
    return end;
  }

  private async guarded(name: string, run: () => unknown): Promise<StepEnd> {
    try {
      await run();
      return 'done';
    } catch (thrown) {
      this.report(name, thrown);
      return 'failed';
    }
  }
}
