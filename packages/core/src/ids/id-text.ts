import { CatgaError } from '../errors/catga-error.js';

/**
 * Crockford's base 32 in lower case, without i, l, o and u. Its characters ascend in ASCII, so that texts of one width
 * sort bytewise like the numbers.
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Length of an id: 13 characters of 5 bits for 63 bits. */
export const ID_TEXT_LENGTH = 13;

/** The first character has bits 60 to 62 only. */
const HIGHEST_FIRST_DIGIT = 7;

/** The last seven characters fit a double exactly, as do the six before them. */
const LOW_CHARACTERS = 7;

const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const DIGITS = new Map(Array.from(ALPHABET, (character, digit) => [character, digit]));

/**
 * Text of an id given as two 32-bit halves, without a bigint, in one flat string: concatenation would
 * create a rope, which costs its first reader.
 */
export function halvesToText(high: number, low: number): string {
  return String.fromCharCode(
    code(high >>> 28),
    code(high >>> 23),
    code(high >>> 18),
    code(high >>> 13),
    code(high >>> 8),
    code(high >>> 3),
    code((high << 2) | (low >>> 30)),
    code(low >>> 25),
    code(low >>> 20),
    code(low >>> 15),
    code(low >>> 10),
    code(low >>> 5),
    code(low),
  );
}

/**
 * The text of an id.
 * @throws CatgaError `CATGA_VALIDATION_FAILED` when it is not an id: negative, or wider than 63 bits.
 */
export function idToText(id: bigint): string {
  requireId(id);
  return halvesToText(Number(id >> 32n), Number(BigInt.asIntN(32, id)));
}

/**
 * Id of a text. Only the output of {@link idToText} is accepted: upper case and look-alikes are refused,
 * because two texts of one id would be two keys.
 * @throws CatgaError `CATGA_VALIDATION_FAILED` when the text is malformed.
 */
export function textToId(text: string): bigint {
  if (typeof text !== 'string' || text.length !== ID_TEXT_LENGTH) {
    throw malformed(`An id is a text of ${ID_TEXT_LENGTH} characters`, { length: text?.length });
  }
  const split = ID_TEXT_LENGTH - LOW_CHARACTERS;
  const high = digitsToNumber(text, 0, split);
  const low = digitsToNumber(text, split, ID_TEXT_LENGTH);
  return (BigInt(high) << BigInt(LOW_CHARACTERS * 5)) | BigInt(low);
}

/** @throws CatgaError `CATGA_VALIDATION_FAILED` when the value is no bigint of 0 to 2^63 - 1. */
export function requireId(id: bigint): void {
  if (typeof id !== 'bigint' || id !== BigInt.asUintN(63, id)) {
    throw malformed('An id is a bigint from 0 to 2^63 - 1', { type: typeof id });
  }
}

function code(bits: number): number {
  return CODES[bits & 31] as number;
}

function digitsToNumber(text: string, from: number, to: number): number {
  let value = 0;
  for (let position = from; position < to; position++) {
    const digit = DIGITS.get(text.charAt(position));
    if (digit === undefined || (position === 0 && digit > HIGHEST_FIRST_DIGIT)) {
      throw malformed(`An id's text may not have this character at position ${position}`, { position });
    }
    value = value * 32 + digit;
  }
  return value;
}

function malformed(message: string, details: Record<string, unknown>): CatgaError {
  return new CatgaError('CATGA_VALIDATION_FAILED', message, {
    details: { ...details, issues: [{ message }] },
  });
}
