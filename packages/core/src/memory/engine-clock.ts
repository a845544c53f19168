import type { Clock } from '../ports/clock.js';

interface EngineTimer {
  readonly dueMs: number;
  readonly callback: () => void;
  readonly isBackground: boolean;
  cancel: (() => void) | undefined;
}

/**
 * Clock of the engine: that of its first client. Timers are armed only while a client is connected, so an engine
 * without connections keeps no process alive. Time goes on meanwhile; timers that fell due run on wake-up.
 */
export class EngineClock implements Clock {
  private readonly timers = new Set<EngineTimer>();
  private awake = false;

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  setTimer(delayMs: number, callback: () => void, isBackground = false): () => void {
    const dueMs = this.monotonicMs() + delayMs;
    const timer: EngineTimer = { dueMs, callback, isBackground, cancel: undefined };
    this.timers.add(timer);
    if (this.awake) this.arm(timer);
    return () => {
      this.timers.delete(timer);
      timer.cancel?.();
    };
  }

  /** Arms all timers. */
  wake(): void {
    if (this.awake) return;
    this.awake = true;
    for (const timer of this.timers) this.arm(timer);
  }

  /** Disarms all timers, but keeps them. */
  sleep(): void {
    this.awake = false;
    for (const timer of this.timers) timer.cancel?.();
  }

  private arm(timer: EngineTimer): void {
    const run = (): void => {
      this.timers.delete(timer);
      timer.callback();
    };
    const delayMs = Math.max(0, timer.dueMs - this.monotonicMs());
    timer.cancel = this.clock.setTimer(delayMs, run, timer.isBackground);
  }
}
