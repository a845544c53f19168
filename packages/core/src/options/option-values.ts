import { z } from 'zod';

/** Maximum timer delay: 31 bits of milliseconds, about 24 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export const timerMs = z.number().int().positive().max(MAX_TIMER_MS);
export const count = z.number().int().positive();

/** Backoff options, of the module and of one handler. */
export const backoff = Object.freeze({
  initialDelayMs: z.number().nonnegative().max(MAX_TIMER_MS),
  maxDelayMs: timerMs,
  multiplier: z.number().min(1),
  jitter: z.boolean(),
});
