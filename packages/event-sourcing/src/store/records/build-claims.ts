import type { Clock } from '@catga/core/engine';

/** Lifetime of another process's claim, in milliseconds since it was first seen. */
const CLAIM_MS = 15_000;
/** Maximum number of remembered claims. */
const MAX_SEEN = 1000;

/** Claims on builds, by token. Only this process's clock is used: a claim that has not changed for too long belongs to a dead process. */
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

  /** Whether a claim is alive. */
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
