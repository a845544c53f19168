import type { Clock } from '../ports/clock.js';

/**
 * The time after a reconnect in which silence proves nothing: this node is back at the broker, and others may still be
 * on their way.
 */
export class ReconnectGrace {
  private untilMs = -Infinity;

  /** @param graceMs how long others may take to reconnect after this node did, in milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly graceMs: number,
  ) {}

  /** The broker is back. */
  begin(): void {
    this.untilMs = this.clock.monotonicMs() + this.graceMs;
  }

  get isOver(): boolean {
    return this.clock.monotonicMs() >= this.untilMs;
  }
}
