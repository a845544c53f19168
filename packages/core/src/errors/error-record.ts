import { isNativeError } from 'node:util/types';
import type { ErrorRecord } from '../contracts/error-record.js';
import { plainData } from './plain-data.js';
import { readOf, wellFormed } from './well-formed.js';

const LONGEST_NAME = 256;
const LONGEST_CODE = 256;
const LONGEST_MESSAGE = 4_096;
/** Of an error that another one holds. */
const LONGEST_HELD_MESSAGE = 1_024;
/** How many errors one may hold, causes of causes included, and how deep. */
const MOST_HELD = 16;
const DEEPEST = 8;

const UNREADABLE = 'something was thrown that cannot be made text';

/**
 * The record of whatever was thrown: bounded, well-formed, with its causes and what an `AggregateError` holds, eight deep
 * and sixteen in all. Never throws.
 */
export function recordOf(thrown: unknown): ErrorRecord {
  return new Recording().record(thrown, LONGEST_MESSAGE, 0);
}

/** The same from data that came from elsewhere; undefined if it is no record. */
export function toErrorRecord(data: unknown): ErrorRecord | undefined {
  const [name, message] = [readOf(data, 'name'), readOf(data, 'message')];
  return typeof name === 'string' && typeof message === 'string' ? recordOf(data) : undefined;
}

/** The code of an error, if it has one: text or a number. */
export function codeOf(thrown: unknown): { readonly code?: string | number } {
  const code = readOf(thrown, 'code');
  if (typeof code === 'string') return { code: wellFormed(code, LONGEST_CODE) };
  return typeof code === 'number' && Number.isFinite(code) ? { code } : {};
}

/** One line for a log: name, code and message, and those of the causes. */
export function lineOf(thrown: unknown): string {
  return describe(recordOf(thrown));
}

/** What a line for a log says of the errors that one holds; empty if it holds none. */
export function heldLineOf({ cause, errors }: ErrorRecord): string {
  const held = errors === undefined ? '' : ` [${errors.map(describe).join('; ')}]`;
  return cause === undefined ? held : `${held}, caused by ${describe(cause)}`;
}

function describe(record: ErrorRecord): string {
  const { name, message, code } = record;
  return `${code === undefined ? name : `${name} ${code}`}: ${message}${heldLineOf(record)}`;
}

/** What was thrown and is no error, or none that can be read, as an error: its message, name and code, and itself as the cause. */
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

  /** What was thrown: it says of itself what this error says. */
  static thrownBy(error: unknown): unknown {
    return typeof error === 'object' && error !== null && #thrown in error ? error.#thrown : error;
  }
}

/** Whether it is an error, of this or another realm, of which nothing throws when it is read. */
export function isReadableError(thrown: unknown): thrown is Error {
  try {
    // An error of another realm (a vm context, such as a test runner's) is no instance of this realm's class.
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
  /** The errors that hold the one at hand: a cause may lead back to them. */
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
