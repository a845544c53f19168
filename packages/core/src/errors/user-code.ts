import { CatgaError, toError } from './catga-error.js';

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/**
 * Calls user code that nobody waits for: from a timer, a frame, a sink. What it throws, and what a promise that it
 * returns rejects with, goes to `onFailure`; neither ends the process, nor keeps others from being called.
 * @param onFailure must not throw
 */
export function callUserCode(call: () => unknown, onFailure: (thrown: unknown) => void): void {
  try {
    const result = call();
    if (isPromiseLike(result)) Promise.resolve(result).then(undefined, onFailure);
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
  if (!isPromiseLike(value)) return value;
  Promise.resolve(value).then(undefined, () => {});
  throw new CatgaError('CATGA_CONFIGURATION', `${what} gave a promise: it must give its answer at once.`);
}

/** What was thrown, in words, whatever it is. */
export function describeThrown(thrown: unknown): string {
  try {
    const { message }: { readonly message: unknown } = toError(thrown);
    return String(message);
  } catch {
    return 'something was thrown that cannot be made text';
  }
}

/** As {@link describeThrown}, with the name of its class. */
export function describeThrownByName(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return describeThrown(thrown);
  }
}

/** For user code whose failure no logger hears of. */
export function warnOfUserCode(message: string): void {
  process.emitWarning(message, { type: 'CatgaWarning' });
}
