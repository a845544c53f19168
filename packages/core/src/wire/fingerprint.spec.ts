import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentText } from './content-text.js';
import { fingerprint } from './fingerprint.js';

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
        fc.pre(contentText(one) !== contentText(other));
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

  it('is another one for texts that no bytes tell apart', () => {
    const prints = ['\ud800', '\ud801', '\ufffd', '\udc00\ud800'].map((text) => fingerprint('Buy', { text }));
    expect(new Set(prints).size).toBe(4);
  });

  it('does not take the end of a name for the beginning of a content', () => {
    expect(fingerprint('Buy{', {})).not.toBe(fingerprint('Buy', {}));
    expect(fingerprint('1:B', {})).not.toBe(fingerprint('B', {}));
  });

  it.each<readonly [string, object]>([
    ['a cycle', Object.assign(Object.create({}) as Record<string, unknown>, { self: new Map() })],
    ['a function', { done: () => 1 }],
  ])('refuses %s', (_what, message) => {
    const { self } = message as { self?: Map<string, unknown> };
    self?.set('back', message);
    expect(() => fingerprint('Buy', message)).toThrow(
      expect.objectContaining({
        code: 'CATGA_SERIALIZATION',
        message: expect.stringMatching(/^Buy cannot be compared: /),
      }),
    );
  });
});
