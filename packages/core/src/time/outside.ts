import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Calls a function outside of every asynchronous context of callers: what a publisher keeps in an `AsyncLocalStorage` is
 * not there. For what comes from the engine, wherever the engine happens to call from.
 */
export const outsideOfCallers: <A extends unknown[]>(call: (...args: A) => void, ...args: A) => void =
  AsyncLocalStorage.snapshot();
