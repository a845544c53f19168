import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Calls a function outside the async context of callers, so that a publisher's `AsyncLocalStorage` is not visible. For
 * callbacks of the engine.
 */
export const outsideOfCallers: <A extends unknown[]>(call: (...args: A) => void, ...args: A) => void =
  AsyncLocalStorage.snapshot();
