// Taken when the module is loaded, so that fake timers of a test runner do not stop the kernel.
const { setImmediate: startTurn } = globalThis;
const RETURNED = Promise.resolve();

/** Resolves in the next turn of the event loop, when timers, input and output have had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void startTurn(resolve));
}

/**
 * Calls back as soon as what runs now has returned, in this turn of the event loop. By a promise: `queueMicrotask` makes an
 * `AsyncResource` for each callback.
 */
export function afterThis(callback: () => void): void {
  // oxlint-disable-next-line promise/no-callback-in-promise -- nothing is waited for
  void RETURNED.then(callback);
}
