import { CatgaError, toError } from '../errors/catga-error.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';
import { retryDelayMs } from './retry-policy.js';

/** Delays between tries: at most two seconds after a reconnect. */
const PAUSE = { maxAttempts: Infinity, initialDelayMs: 50, maxDelayMs: 2000, multiplier: 2, jitter: true };

/**
 * Retries writes of known outcomes until they succeed or the node stops, so that an outage of the broker does not change
 * an outcome.
 */
export class UntilTaken {
  private readonly pauses = new Map<TimetableEntry, () => void>();
  private hasGivenUp = false;

  /** @param onFailure called with the first failure of each retried write */
  constructor(
    private readonly timetable: Timetable,
    private readonly onFailure: (thrown: unknown) => void,
  ) {}

  /**
   * Resolves with what `ask` resolves with; undefined if that was taken at once. Rejects with what trying again does not help
   * against, and with the last failure once the node has given up.
   */
  run<T>(ask: () => Promise<T>): Promise<T>;
  run<T>(ask: () => Promise<T> | undefined): Promise<T> | undefined;
  run<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> | undefined {
    let asked: Promise<T> | undefined;
    try {
      asked = ask();
    } catch (thrown) {
      asked = Promise.reject(toError(thrown));
    }
    return asked?.catch((thrown: unknown) => this.retry(ask, thrown));
  }

  /** Stops retrying; delayed writes are tried once more. */
  giveUp(): void {
    this.hasGivenUp = true;
    for (const [entry, resume] of this.pauses) {
      this.timetable.remove(entry);
      resume();
    }
    this.pauses.clear();
  }

  /** As {@link run}, after a first failure. */
  async retry<R>(ask: () => R, first: unknown): Promise<Awaited<R>> {
    let failure = first;
    for (let attempt = 1; ; attempt++) {
      if (this.hasGivenUp || !isForNow(failure)) throw failure;
      if (attempt === 1) this.onFailure(failure);
      await this.pause(retryDelayMs(PAUSE, attempt));
      try {
        return await ask();
      } catch (thrown) {
        failure = thrown;
      }
    }
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const entry = this.timetable.after(delayMs, () => {
        this.pauses.delete(entry);
        resolve();
      });
      this.pauses.set(entry, resolve);
    });
  }
}

/** Whether the engine is unavailable or full, so that the result of a write is unknown. */
export function isForNow(thrown: unknown): boolean {
  if (!(thrown instanceof CatgaError) || !thrown.retryable) return false;
  return thrown.code === 'CATGA_ENGINE_UNAVAILABLE' || thrown.code === 'CATGA_OVERLOADED';
}
