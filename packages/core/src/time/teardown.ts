import type { Clock } from '../ports/clock.js';

/** What became of a step: it ended, it failed, or it was not waited for any longer. */
export type StepEnd = 'done' | 'failed' | 'overdue';

/**
 * The steps of stopping something: each has its turn whatever became of the one before. A step that throws, rejects or
 * hangs costs no more than its time.
 */
export class Teardown {
  /** @param report told of each step that failed, also of one that is no longer waited for */
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
