import { isErrorClass } from './error-class.js';
import type { ErrorClass } from './error-class.js';

/**
 * Error matcher: a class matches its instances and those of subclasses; a string matches `code` or `name`;
 * a number matches `code` or `status`; a function matches errors for which it returns `true`. A function that
 * throws matches none.
 *
 * @publicApi
 */
export type ErrorMatch = ErrorClass | string | number | ((error: Error) => boolean);

/**
 * Errors of a handler that are outcomes: recorded, and replayed to a repeat. After any other error a repeat runs
 * the handler again.
 *
 * @publicApi
 */
export interface OutcomeRules {
  /**
   * Only these errors are outcomes.
   * @defaultValue every error except infrastructure failures and errors with `retryable: true`
   */
  readonly only?: readonly ErrorMatch[];
  /**
   * These errors are never outcomes, regardless of `only`.
   * @defaultValue none
   */
  readonly except?: readonly ErrorMatch[];
}

/** Problem of an invalid error matcher; undefined if it is valid. */
export function problemOfErrorMatch(match: unknown): string | undefined {
  if (Number.isFinite(match) || (typeof match === 'string' && match !== '')) return undefined;
  if (typeof match === 'function') {
    const isOtherClass = /^class\b/.test(Function.prototype.toString.call(match)) && !isErrorClass(match);
    return isOtherClass ? `must be a class that extends Error, and ${match.name} does not` : undefined;
  }
  const circular = match === undefined ? ' (it is undefined: a circular import?)' : '';
  return `must be a class of errors, a code, a name, or a function of the error${circular}`;
}

/** Whether any of the matchers matches an error. */
export function matchesError(error: Error, matches: readonly ErrorMatch[]): boolean {
  return matches.some((match) => isMeant(error, match));
}

function isMeant(error: Error, match: ErrorMatch): boolean {
  // User code: the function, and accessors of the error.
  try {
    const { code, status } = error as { readonly code?: unknown; readonly status?: unknown };
    if (typeof match === 'string') return code === match || error.name === match;
    if (typeof match === 'number') return code === match || status === match;
    if (isErrorClass(match)) return error instanceof match;
    const isSo: unknown = match(error);
    return isSo === true;
  } catch {
    return false;
  }
}
