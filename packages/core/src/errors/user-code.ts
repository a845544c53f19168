import { CatgaError } from './catga-error.js';
import { recordOf } from './error-record.js';
import { promiseOf } from './promise-like.js';

/**
 * Calls user code that nobody waits for: from a timer, a frame, a sink. What it throws, and what a promise that it
 * returns rejects with, goes to `onFailure`; neither ends the process, nor keeps others from being called.
 * @param onFailure must not throw
 */
export function callUserCode(call: () => unknown, onFailure: (thrown: unknown) => void): void {
  try {
    promiseOf(call())?.then(undefined, onFailure);
  } catch (thrown) {
    onFailure(thrown);
  }
}

/**
 * The value that user code gave where it must answer at once. `CATGA_CONFIGURATION` if it is a promise, which is
 * heard to its end: its rejection would end the process.
 * @param what names the code, such as `The key of Order`
 */
export function answeredAtOnce<T>(what: string, value: T): T {
  const promise = promiseOf(value);
  if (promise === undefined) return value;
  promise.then(undefined, () => {});
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `${what} returned a promise: it must return its value synchronously.`,
  );
}

/** What was thrown, in words, whatever it is. */
export function describeThrown(thrown: unknown): string {
  return recordOf(thrown).message;
}

/** For user code whose failure no logger hears of. */
export function warnOfUserCode(message: string): void {
  process.emitWarning(message, { type: 'CatgaWarning' });
}
