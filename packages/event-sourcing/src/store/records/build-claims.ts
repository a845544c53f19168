import type { Clock } from '@catga/core/engine';

/** For how long a claim of another process counts, in milliseconds, from when it was seen first. */
const CLAIM_MS = 15_000;
/** How many claims are remembered. */
const MAX_SEEN = 1000;

/** Claims on builds, by their tokens. Only this process's own clock is asked: a claim that has not changed for long is one of a process that died. */
export class BuildClaims {
  private readonly mine = new Set<string>();
  private readonly seenMs = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  take(token: string): void {
    this.mine.add(token);
  }

  leave(token: string): void {
    this.mine.delete(token);
  }

  /** Whether somebody works. */
  isHeld(token: string | undefined): boolean {
    if (token === undefined) return false;
    if (this.mine.has(token)) return true;
    const nowMs = this.clock.monotonicMs();
    const sinceMs = this.seenMs.get(token) ?? nowMs;
    this.seenMs.set(token, sinceMs);
    for (const [oldest] of this.seenMs) {
      if (this.seenMs.size <= MAX_SEEN) break;
      this.seenMs.delete(oldest);
    }
    return nowMs - sinceMs < CLAIM_MS;
  }
}
