import type { Clock } from '@catga/core/engine';

/** How often it changes, in milliseconds. What ends sooner shows none. */
const EVERY_MS = 1000;
const CLEARED = '\r\u001B[K';

/** A line of a terminal that says how far long work has come. */
export class ProgressLine {
  private shownMs: number;
  private isShown = false;

  constructor(
    private readonly clock: Clock,
    private readonly write: (text: string) => void,
  ) {
    this.shownMs = clock.monotonicMs();
  }

  show(text: string): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.shownMs < EVERY_MS) return;
    this.shownMs = nowMs;
    this.isShown = true;
    this.write(CLEARED + text);
  }

  /** Leaves nothing of it. */
  end(): void {
    if (this.isShown) this.write(CLEARED);
  }
}
