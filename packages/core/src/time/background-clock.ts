import type { Clock } from '../ports/clock.js';

/** The same time, whose timers keep no process alive. */
export function backgroundClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback, true),
  };
}
