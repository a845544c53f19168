import type { Clock } from '../ports/clock.js';

/** The machine's clock. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs: number, callback: () => void, isBackground = false): () => void {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS));
    if (isBackground) timer.unref();
    return () => clearTimeout(timer);
  },
});

/** Node's timers take 31 bits of milliseconds; a longer wait is made of several, as {@link Timetable} re-arms. */
const MAX_DELAY_MS = 2 ** 31 - 1;
