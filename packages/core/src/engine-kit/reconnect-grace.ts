import type { Clock } from '../ports/clock.js';

/**
 * Grace period after a reconnect, in which a missing listener proves nothing: other nodes may still be
 * reconnecting.
 */
export class ReconnectGrace {
  private untilMs = -Infinity;

  /** @param graceMs time for other nodes to reconnect after this one, in milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
  ) {}

  /** Starts after a reconnect. */
  begin(): void {
    this.untilMs = this.clock.monotonicMs() + this.graceMs;
  }

  get isOver(): boolean {
    return this.clock.monotonicMs() >= this.untilMs;
  }
}
