import type { Serializer } from '../ports/serializer.js';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Text that does not match has no forbidden key, escaped (`\u005f…`) or not, and needs no second pass. */
const SUSPICIOUS = /__proto__|constructor|prototype|\\u/;

function withoutForbiddenKeys(this: unknown, key: string, value: unknown): unknown {
  return FORBIDDEN_KEYS.has(key) ? undefined : value;
}

function stringify(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`JSON cannot carry ${typeof value}.`);
  return text;
}

function parse(text: string): unknown {
  const value: unknown = SUSPICIOUS.test(text) ? JSON.parse(text, withoutForbiddenKeys) : JSON.parse(text);
  return value;
}

/**
 * JSON in UTF-8, the default serializer.
 *
 * Carries what JSON carries: a `Date` arrives as text, `undefined` fields are dropped, a `BigInt` or a cycle is
 * refused. The keys `__proto__`, `constructor` and `prototype` are dropped on decoding, at any depth.
 *
 * @publicApi
 */
export function json(): Serializer {
  return {
    name: 'json',
    encode: (value) => encoder.encode(stringify(value)),
    decode: (bytes) => parse(decoder.decode(bytes)),
    encodeText: stringify,
    decodeText: parse,
  };
}
