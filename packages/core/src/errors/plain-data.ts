import { types } from 'node:util';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';
import { readOf, wellFormed } from './well-formed.js';

/** Limits of one value. What exceeds them is left out, or null in an array. */
const DEEPEST = 16;
const MOST_VALUES = 5_000;
const MOST_CHARACTERS = 65_536;
const LONGEST_KEY = 256;

/** Result for a value that no serializer carries. */
const NOTHING = undefined;

/**
 * Bounded plain data that every serializer carries: null, booleans, numbers, well-formed text, dates, arrays and
 * objects. A class instance becomes its enumerable own data properties, or the result of its `toJSON`; a `BigInt`
 * becomes text. Bytes, maps, sets, functions, symbols, cycles and whatever cannot be read are left out. Never throws.
 */
export function plainData(value: unknown): unknown {
  return new Copying().copy(value, 0);
}

/** As {@link plainData}, for an object's enumerable own data properties, except those in `left`. */
export function ownData(holder: object, left: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return new Copying().fieldsOf(holder, 0, left);
}

const NONE: ReadonlySet<string> = new Set();

class Copying {
  private values = MOST_VALUES;
  private characters = MOST_CHARACTERS;
  /** Enclosing objects, to detect cycles. */
  private readonly around: object[] = [];

  copy(value: unknown, depth: number): unknown {
    if (--this.values < 0) return NOTHING;
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return Number.isFinite(value) ? value : null;
      case 'boolean':
        return value;
      case 'bigint':
        return this.text(String(value));
      case 'object':
        return value === null ? null : this.object(value, depth);
      default:
        return NOTHING;
    }
  }

  fieldsOf(holder: object, depth: number, left: ReadonlySet<string>): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    this.around.push(holder);
    try {
      for (const key of Object.keys(holder)) {
        if (this.values < 0) break;
        if (left.has(key) || FORBIDDEN_KEYS.has(key) || key.length > LONGEST_KEY) continue;
        const descriptor = Object.getOwnPropertyDescriptor(holder, key);
        if (descriptor === undefined || descriptor.get !== undefined) continue;
        const value = this.copy(descriptor.value, depth + 1);
        if (value !== NOTHING) fields[wellFormed(key, LONGEST_KEY)] = value;
      }
    } catch {
      // A proxy that cannot be read: keep the fields read so far.
    }
    this.around.pop();
    return fields;
  }

  private text(text: string): string {
    const kept = wellFormed(text, Math.max(1, Math.min(text.length, this.characters)));
    this.characters -= kept.length;
    return kept;
  }

  private object(value: object, depth: number): unknown {
    if (depth >= DEEPEST || this.around.includes(value)) return NOTHING;
    if (types.isDate(value)) return Number.isNaN(value.getTime()) ? null : new Date(value);
    if (types.isMap(value) || types.isSet(value) || ArrayBuffer.isView(value)) return NOTHING;
    const toJSON = readOf(value, 'toJSON');
    if (typeof toJSON === 'function') return this.given(value, toJSON as () => unknown, depth);
    let isList: boolean;
    try {
      isList = Array.isArray(value);
    } catch {
      return NOTHING; // A revoked proxy.
    }
    return isList ? this.list(value as readonly unknown[], depth) : this.fields(value, depth);
  }

  /** Copies the result of `toJSON`. */
  private given(value: object, toJSON: () => unknown, depth: number): unknown {
    let data: unknown;
    try {
      data = toJSON.call(value);
    } catch {
      return NOTHING;
    }
    this.around.push(value);
    const copied = data === value ? NOTHING : this.copy(data, depth + 1);
    this.around.pop();
    return copied;
  }

  private list(list: readonly unknown[], depth: number): unknown {
    const copied: unknown[] = [];
    this.around.push(list);
    try {
      for (let index = 0; index < list.length && this.values > 0; index++)
        copied.push(this.copy(list[index], depth + 1) ?? null);
    } catch {
      // As above.
    }
    this.around.pop();
    return copied;
  }

  private fields(value: object, depth: number): unknown {
    const fields = this.fieldsOf(value, depth, NONE);
    // Name and message of an error are not enumerable.
    if (!types.isNativeError(value)) return fields;
    for (const key of ['name', 'message'] as const) {
      const text = readOf(value, key);
      if (typeof text === 'string') fields[key] = this.text(text);
    }
    return fields;
  }
}
