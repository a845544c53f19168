import type { Call } from './call.js';

/** A call to nobody in particular. */
export function aCall(given: Partial<Call> = {}): Call {
  return {
    name: 'Buy',
    signal: undefined,
    deadlineMs: undefined,
    attempt: 1,
    attemptTimeoutMs: undefined,
    send: () => Promise.resolve('done'),
    ...given,
  };
}
