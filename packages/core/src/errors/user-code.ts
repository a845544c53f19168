import { CatgaError } from './catga-error.js';
import { recordOf } from './error-record.js';
import { promiseOf } from './promise-like.js';

/**
 * Calls user code whose result nobody awaits: from a timer, a frame, a sink. Errors and rejections go to `onFailure`;
 * they neither end the process nor keep other callbacks from being called.
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
 * Return value of user code that must be synchronous. Throws `CATGA_CONFIGURATION` if it is a promise, whose rejection
 * is swallowed so that it does not end the process.
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

/** Message of any thrown value. */
export function describeThrown(thrown: unknown): string {
  return recordOf(thrown).message;
}

/** Emits a process warning about user code whose failure reaches no logger. */
export function warnOfUserCode(message: string): void {
  process.emitWarning(message, { type: 'CatgaWarning' });
}
