import { ERROR_CATALOGUE } from './error-catalogue.js';
import type { CatgaErrorCode } from './error-catalogue.js';
import { ThrownValue, isReadableError } from './error-record.js';

/** Options of a {@link CatgaError}. */
export interface CatgaErrorOptions {
  /** Facts for programs: ids, names, limits, validation issues. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Cause of the error. Other nodes receive its name, message and code. */
  readonly cause?: unknown;
  /** Overrides the default of the error code. */
  readonly retryable?: boolean;
}

/** Marks every `CatgaError`, whichever copy of this package created it. */
const BRAND: unique symbol = Symbol.for('catga.error');

/**
 * Error of Catga itself, as opposed to an error that a handler threw.
 *
 * @publicApi
 */
export class CatgaError extends Error {
  /** Error code: stable, for programs; see `docs/reference/errors.md`. */
  readonly code: CatgaErrorCode;
  /** Whether the same message, sent again later, may succeed. */
  readonly retryable: boolean;
  /** Facts for programs, such as ids and limits; the shape depends on the code. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: CatgaErrorCode, message: string, options: CatgaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CatgaError';
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CATALOGUE[code].retryable;
    this.details = Object.freeze({ ...options.details });
  }

  /** `instanceof`, and so `@Catch(CatgaError)`, also holds for errors of another copy of this package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== CatgaError) return Function.prototype[Symbol.hasInstance].call(this, value);
    try {
      return typeof value === 'object' && value !== null && BRAND in value;
    } catch {
      return false; // A revoked proxy, or one whose traps throw.
    }
  }

  /** Hint: what to do about the error. */
  get hint(): string {
    return ERROR_CATALOGUE[this.code].hint;
  }

  /** The error without its stack and cause, for logs and replies. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      details: this.details,
    };
  }
}

Object.defineProperty(CatgaError.prototype, BRAND, { value: true });

/**
 * Converts a thrown value to an `Error`; errors are returned as they are. A non-error, or an error that cannot be read,
 * becomes an error with its message, name, code and `retryable`, and with the value as the cause.
 */
export function toError(thrown: unknown): Error {
  return isReadableError(thrown) ? thrown : new ThrownValue(thrown);
}
