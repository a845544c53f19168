import { AsyncResource } from 'node:async_hooks';

/** The async context of whoever loaded the kernel: of no caller. `AsyncLocalStorage.snapshot()` is the same, at six times the cost of a call. */
const outside = new AsyncResource('Catga');

/**
 * Calls a function outside the async context of callers, so that a publisher's `AsyncLocalStorage` is not visible. For
 * callbacks of the engine.
 */
export function outsideOfCallers<A extends unknown[]>(call: (...args: A) => void, ...args: A): void {
  outside.runInAsyncScope(call, undefined, ...args);
}
