import { isNativeError } from 'node:util/types';
import type { ErrorRecord } from '../contracts/error-record.js';
import { plainData } from './plain-data.js';
import { readOf, wellFormed } from './well-formed.js';

const LONGEST_NAME = 256;
const LONGEST_CODE = 256;
const LONGEST_MESSAGE = 4_096;
/** Message of a nested error. */
const LONGEST_HELD_MESSAGE = 1_024;
/** Maximum number of nested errors, causes of causes included, and maximum depth. */
const MOST_HELD = 16;
const DEEPEST = 8;

const UNREADABLE = 'something was thrown that cannot be made text';

/**
 * Record of a thrown value: bounded, well-formed, with its causes and the errors of an `AggregateError`, up to eight
 * deep and sixteen in all. Never throws.
 */
export function recordOf(thrown: unknown): ErrorRecord {
  return new Recording().record(thrown, LONGEST_MESSAGE, 0);
}

/** Record from received data; undefined if the data is not a record. */
export function toErrorRecord(data: unknown): ErrorRecord | undefined {
  const [name, message] = [readOf(data, 'name'), readOf(data, 'message')];
  return typeof name === 'string' && typeof message === 'string' ? recordOf(data) : undefined;
}

/** Code of an error, if it has one: a string or a number. */
export function codeOf(thrown: unknown): { readonly code?: string | number } {
  const code = readOf(thrown, 'code');
  if (typeof code === 'string') return { code: wellFormed(code, LONGEST_CODE) };
  return typeof code === 'number' && Number.isFinite(code) ? { code } : {};
}

/** One log line: name, code and message of an error and of its causes. */
export function lineOf(thrown: unknown): string {
  return describe(recordOf(thrown));
}

/** Nested errors as part of a log line; empty if there are none. */
export function heldLineOf({ cause, errors }: ErrorRecord): string {
  const held = errors === undefined ? '' : ` [${errors.map(describe).join('; ')}]`;
  return cause === undefined ? held : `${held}, caused by ${describe(cause)}`;
}

function describe(record: ErrorRecord): string {
  const { name, message, code } = record;
  return `${code === undefined ? name : `${name} ${code}`}: ${message}${heldLineOf(record)}`;
}

/** Error made from a thrown non-error or unreadable error: its message, name and code, with the value as the cause. */
export class ThrownValue extends Error {
  readonly #thrown: unknown;

  constructor(thrown: unknown) {
    const { name, message, ...coded } = recordOf(thrown);
    super(message, { cause: thrown });
    this.#thrown = thrown;
    Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true });
    if (coded.code !== undefined) Object.assign(this, { code: coded.code });
    const retryable = readOf(thrown, 'retryable');
    if (typeof retryable === 'boolean') Object.assign(this, { retryable });
  }

  /** Original value of a {@link ThrownValue}; any other value unchanged. */
  static thrownBy(error: unknown): unknown {
    return typeof error === 'object' && error !== null && #thrown in error ? error.#thrown : error;
  }
}

/** Whether the value is an error, of this or another realm, that can be read without throwing. */
export function isReadableError(thrown: unknown): thrown is Error {
  try {
    // An error of another realm (a vm context, such as a test runner's) is not an instance of this realm's class.
    if (!(thrown instanceof Error) && !isNativeError(thrown)) return false;
    const { name: _name, message: _message, cause: _cause } = thrown;
    const { code: _code, retryable: _retryable } = thrown as { readonly code?: unknown; retryable?: unknown };
    return true;
  } catch {
    return false;
  }
}

class Recording {
  private held = MOST_HELD;
  /** Enclosing errors, to detect cycles of causes. */
  private readonly around: unknown[] = [];

  record(thrown: unknown, longest: number, depth: number): ErrorRecord {
    const value = ThrownValue.thrownBy(thrown);
    const own = { name: nameOf(value), message: wellFormed(messageOf(value), longest), ...codeOf(value) };
    this.around.push(value);
    const cause = this.cause(readOf(value, 'cause'), depth);
    const errors = this.errors(readOf(value, 'errors'), depth);
    this.around.pop();
    return { ...own, ...(cause && { cause }), ...(errors && { errors }) };
  }

  private cause(cause: unknown, depth: number): ErrorRecord | undefined {
    return cause === undefined || cause === null ? undefined : this.inner(cause, depth);
  }

  private errors(errors: unknown, depth: number): readonly ErrorRecord[] | undefined {
    try {
      if (!Array.isArray(errors)) return undefined;
      const recorded = errors.slice(0, MOST_HELD).flatMap((error: unknown) => this.inner(error, depth) ?? []);
      return recorded.length === 0 ? undefined : recorded;
    } catch {
      return undefined; // A proxy that cannot be read.
    }
  }

  private inner(held: unknown, depth: number): ErrorRecord | undefined {
    if (depth >= DEEPEST || this.around.includes(held) || --this.held < 0) return undefined;
    return this.record(held, LONGEST_HELD_MESSAGE, depth + 1);
  }
}

function nameOf(thrown: unknown): string {
  const own = readOf(thrown, 'name');
  if (typeof own === 'string' && own !== '' && typeof thrown === 'object')
    return wellFormed(own, LONGEST_NAME);
  const ofClass = typeof thrown === 'object' ? readOf(readOf(thrown, 'constructor'), 'name') : undefined;
  const isNamed = typeof ofClass === 'string' && ofClass !== '' && ofClass !== 'Object';
  return isNamed ? wellFormed(ofClass, LONGEST_NAME) : 'Error';
}

function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return textOf(thrown);
  const message = readOf(thrown, 'message');
  if (typeof message === 'string') return message;
  if (message !== undefined && message !== null) return textOf(message);
  return isReadableError(thrown) ? '' : textOf(thrown);
}

function textOf(value: unknown): string {
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return String(value);
  const data = plainData(value);
  return data === undefined ? UNREADABLE : JSON.stringify(data);
}
