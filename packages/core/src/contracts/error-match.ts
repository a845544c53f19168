import { isErrorClass } from './error-class.js';
import type { ErrorClass } from './error-class.js';

/**
 * Which errors are meant: those of a class and of the classes that extend it; those with this `code` or `name` if it is
 * text; those with this `code` or `status` if it is a number; or those of which a function says `true`. A function that
 * throws, or returns anything else, means none.
 *
 * @publicApi
 */
export type ErrorMatch = ErrorClass | string | number | ((error: Error) => boolean);

/**
 * Which errors of a handler are outcomes: recorded, and answered again to a repeat. A repeat after any other error runs
 * the handler again.
 *
 * @publicApi
 */
export interface OutcomeRules {
  /**
   * Nothing but these is an outcome.
   * @defaultValue every error but failures of the infrastructure and those with `retryable: true`
   */
  readonly only?: readonly ErrorMatch[];
  /**
   * These are never outcomes, whatever `only` says.
   * @defaultValue none
   */
  readonly except?: readonly ErrorMatch[];
}

/** What is wrong with a value that is to say which errors are meant; undefined if nothing is. */
export function problemOfErrorMatch(match: unknown): string | undefined {
  if (Number.isFinite(match) || (typeof match === 'string' && match !== '')) return undefined;
  if (typeof match === 'function') {
    const isOtherClass = /^class\b/.test(Function.prototype.toString.call(match)) && !isErrorClass(match);
    return isOtherClass ? `must be a class that extends Error, and ${match.name} does not` : undefined;
  }
  const circular = match === undefined ? ' (it is undefined: a circular import?)' : '';
  return `must be a class of errors, a code, a name, or a function of the error${circular}`;
}

/** Whether an error is meant by any of these. */
export function matchesError(error: Error, matches: readonly ErrorMatch[]): boolean {
  return matches.some((match) => isMeant(error, match));
}

function isMeant(error: Error, match: ErrorMatch): boolean {
  // The user's code: the function, and whatever the error has for properties.
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
