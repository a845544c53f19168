// Taken when the module is loaded, so that fake timers of a test runner do not stop the kernel.
const { queueMicrotask: startMicrotask, setImmediate: startTurn } = globalThis;

/** Resolves in the next turn of the event loop, when timers, input and output have had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void startTurn(resolve));
}

/** Calls back as soon as what runs now has returned, in this turn of the event loop. */
export function afterThis(callback: () => void): void {
  startMicrotask(callback);
}
