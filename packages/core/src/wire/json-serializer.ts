import type { Serializer } from '../ports/serializer.js';
import { FORBIDDEN_KEYS } from '../contracts/forbidden-keys.js';
import { stringifyWithoutLoss } from './json-loss.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Text that does not match has no forbidden key, escaped (`\u005f…`) or not, and needs no second pass. */
const SUSPICIOUS = /__proto__|constructor|prototype|\\u/;

function withoutForbiddenKeys(this: unknown, key: string, value: unknown): unknown {
  return FORBIDDEN_KEYS.has(key) ? undefined : value;
}

function parse(text: string): unknown {
  const value: unknown = SUSPICIOUS.test(text) ? JSON.parse(text, withoutForbiddenKeys) : JSON.parse(text);
  return value;
}

/**
 * JSON in UTF-8, the default serializer.
 *
 * Carries what JSON carries: a `Date` arrives as text, `undefined` fields are dropped. Refused is what JSON cannot carry or would write
 * as something else: a `BigInt`, a cycle, `NaN`, an infinity, bytes, an `Error`, an invalid `Date`, and built-in objects such as a `Map` or
 * a `Set`. The keys `__proto__`, `constructor` and `prototype` are dropped on decoding, at any depth.
 *
 * @publicApi
 */
export function json(): Serializer {
  return {
    name: 'json',
    encode: (value) => encoder.encode(stringifyWithoutLoss(value)),
    decode: (bytes) => parse(decoder.decode(bytes)),
    encodeText: stringifyWithoutLoss,
    decodeText: parse,
  };
}
