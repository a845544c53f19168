import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinedKey } from './joined-key.js';

const part = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('~', '%', '7', 'E', '2', '5', 'D', '8', '0', '\ud800', '\ud83d', '\ude00', 'a'),
  }),
);

describe('texts joined to a key', () => {
  it('are one key only if they are the same texts, whatever is in them', () => {
    const lists = fc.array(part, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        expect(joinedKey(...one) === joinedKey(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 2000 },
    );
  });

  it('are one key only if they are the same texts though what is between them moves', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('~', '%', 'a') }),
        fc.nat(20),
        fc.nat(20),
        (text, one, other) => {
          const cut = (at: number) => [text.slice(0, at), text.slice(at)] as const;
          const [first, second] = [cut(one), cut(other)];
          expect(joinedKey(...first) === joinedKey(...second)).toBe(first[0] === second[0]);
        },
      ),
    );
  });

  it('stay told apart as bytes of UTF-8', () => {
    fc.assert(
      fc.property(part, part, (one, other) => {
        const bytes = (text: string) => Buffer.from(joinedKey(text)).toString('hex');
        expect(bytes(one) === bytes(other)).toBe(one === other);
      }),
    );
  });

  it('can be read', () => {
    expect(joinedKey('orders.placed.v1', 'place/ann/1', 'shop.Mail')).toBe(
      'orders.placed.v1~place/ann/1~shop.Mail',
    );
    expect(joinedKey('a~b', '50%', '\ud800é')).toBe('a%7Eb~50%25~%D800é');
  });
});
