import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint, stableJson } from './fingerprint.js';

describe('the fingerprint of a message', () => {
  it('is the same for the same content, in whatever order its fields were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const reversed = Object.fromEntries(Object.entries(fields).toReversed());
        expect(fingerprint('Buy', reversed)).toBe(fingerprint('Buy', fields));
      }),
    );
  });

  it('is another one for another content', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        fc.pre(stableJson(one) !== stableJson(other));
        expect(fingerprint('Buy', { value: one })).not.toBe(fingerprint('Buy', { value: other }));
      }),
    );
  });

  it('is another one for another message of the same content', () => {
    expect(fingerprint('Buy', { sku: 'tea' })).not.toBe(fingerprint('Sell', { sku: 'tea' }));
    expect(fingerprint('Buy', {})).not.toBe(fingerprint('Bu', { y: 1 }));
  });

  it('is a full SHA-256, not a short hash that may collide', () => {
    expect(Buffer.from(fingerprint('Buy', {}), 'base64url')).toHaveLength(32);
  });

  it('ignores the class, of which nothing is on the wire', () => {
    class Buy {
      readonly sku = 'tea';
    }
    expect(fingerprint('Buy', new Buy())).toBe(fingerprint('Buy', { sku: 'tea' }));
  });

  it('tells dates, null and missing fields apart', () => {
    const prints = [{ at: new Date(0) }, { at: new Date(1) }, { at: null }, {}].map((it) =>
      fingerprint('Buy', it),
    );
    expect(new Set(prints).size).toBe(4);
    expect(fingerprint('Buy', { at: undefined })).toBe(fingerprint('Buy', {}));
  });

  it('takes numbers of any size', () => {
    expect(fingerprint('Buy', { amount: 2n ** 70n })).not.toBe(
      fingerprint('Buy', { amount: 2n ** 70n + 1n }),
    );
  });

  it('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => fingerprint('Buy', cycle)).toThrow(expect.objectContaining({ code: 'CATGA_SERIALIZATION' }));
  });
});
