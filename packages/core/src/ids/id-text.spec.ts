import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '../errors/catga-error.js';
import { CatgaIds } from './catga-ids.js';

const MAX_ID = 2n ** 63n - 1n;
const anyId = fc.bigInt({ min: 0n, max: MAX_ID });

describe('the text of an id', () => {
  it('is 13 characters wide, whatever the number', () => {
    expect(CatgaIds.toText(0n)).toBe('0000000000000');
    expect(CatgaIds.toText(1n)).toBe('0000000000001');
    expect(CatgaIds.toText(31n)).toBe('000000000000z');
    expect(CatgaIds.toText(32n)).toBe('0000000000010');
    expect(CatgaIds.toText(2n ** 32n)).toBe('0000004000000');
    expect(CatgaIds.toText(MAX_ID)).toBe('7zzzzzzzzzzzz');
  });

  it('reads back as the number it was written from', () => {
    fc.assert(
      fc.property(anyId, (id) => CatgaIds.toBigInt(CatgaIds.toText(id)) === id),
      { numRuns: 2_000 },
    );
  });

  it('sorts as the numbers do', () => {
    const ordered = (one: bigint, other: bigint) =>
      one < other === CatgaIds.toText(one) < CatgaIds.toText(other);
    fc.assert(fc.property(anyId, anyId, ordered), { numRuns: 2_000 });
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: MAX_ID - 1n }), (id) => ordered(id, id + 1n)));
  });

  it.each([
    ['too short', '000000000000'],
    ['too long', '00000000000000'],
    ['upper case', '000000000000A'],
    ['a letter that is left out of the alphabet', '000000000000l'],
    ['a character beyond ASCII', '000000000000é'],
    ['more than 63 bits', '8000000000000'],
    ['empty', ''],
    ['no text at all', undefined as unknown as string],
  ])('is refused when it is %s', (_, text) => {
    expect(() => CatgaIds.toBigInt(text)).toThrow(CatgaError);
    expect(() => CatgaIds.toBigInt(text)).toThrow(
      expect.objectContaining({ code: 'CATGA_VALIDATION_FAILED' }),
    );
  });

  it.each([-1n, MAX_ID + 1n, 7 as unknown as bigint])('is not made of %p', (id) => {
    expect(() => CatgaIds.toText(id)).toThrow(expect.objectContaining({ code: 'CATGA_VALIDATION_FAILED' }));
  });
});
