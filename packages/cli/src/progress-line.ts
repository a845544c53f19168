import type { Clock } from '@catga/core/engine';

/** Update interval, in milliseconds. Shorter work shows no line. */
const EVERY_MS = 1000;
const CLEARED = '\r\u001B[K';

/** Progress line on a terminal. */
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

  /** Clears the line. */
  end(): void {
    if (this.isShown) this.write(CLEARED);
  }
}
