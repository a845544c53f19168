import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CatgaError } from '../errors/catga-error.js';
import type { Serializer } from '../ports/serializer.js';
import { Codec } from './codec.js';
import { forbiddenKeysIn, hostileData } from './hostile-data.fixture.js';
import { json } from './json-serializer.js';
import { msgpack } from './msgpack/msgpack-serializer.js';

const plainData = fc
  .jsonValue()
  .filter((value) => forbiddenKeysIn(value).length === 0)
  // JSON has no -0.
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

class Money {
  constructor(
    readonly cents: number,
    readonly note?: string,
  ) {}
  get euros(): number {
    return this.cents / 100;
  }
}

class Sku {
  constructor(private readonly text: string) {}
  toJSON(): string {
    return this.text;
  }
}

/** Guarantees of every serializer of Catga, whatever its encoding. */
describe.each<[string, () => Serializer]>([
  ['json', json],
  ['msgpack', msgpack],
])('the serializer %s', (name, make) => {
  const serializer = make();
  const codec = new Codec(serializer, { maxPayloadBytes: 2 ** 20, maxHeaderBytes: 1 });
  const roundTrip = (value: unknown): unknown => serializer.decode(serializer.encode(value));

  it('is called by its name', () => {
    expect(serializer.name).toBe(name);
  });

  it('gives back plain data as it was', () => {
    fc.assert(fc.property(plainData, (value) => expect(roundTrip(value)).toStrictEqual(value)));
  });

  it('gives back text of any length and numbers of any size', () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 300 })
      .filter((value) => !value.startsWith('\ufeff'));
    const number = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((value) => !Object.is(value, -0));
    fc.assert(
      fc.property(fc.array(fc.oneof(text, number, fc.maxSafeInteger())), (value) =>
        expect(roundTrip(value)).toStrictEqual(value),
      ),
    );
    for (const length of [31, 32, 255, 256, 65_535, 65_536]) {
      expect(roundTrip({ text: 'x'.repeat(length) })).toEqual({ text: 'x'.repeat(length) });
      expect(roundTrip(Array.from({ length }, () => 1))).toHaveLength(length);
    }
  });

  it('never lets a key reach an object prototype, at any depth', () => {
    fc.assert(
      fc.property(hostileData, (value) => {
        const decoded = roundTrip(value);
        expect(forbiddenKeysIn(decoded)).toEqual([]);
        expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
      }),
    );
    const attack = JSON.parse('{"a":[{"__proto__":{"isAdmin":true},"b":1}],"constructor":{}}') as unknown;
    expect(roundTrip(attack)).toStrictEqual({ a: [{ b: 1 }] });
    expect(({} as { readonly isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('keeps values that only look like forbidden keys', () => {
    const value = { note: '__proto__', list: ['prototype', 'constructor'], 'a.constructor': 1, __proto_: 2 };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('drops fields without a value, and has null for them in a list', () => {
    expect(roundTrip({ a: 1, gone: undefined, deep: { gone: undefined }, list: [undefined] })).toStrictEqual({
      a: 1,
      deep: {},
      list: [null],
    });
    expect(roundTrip({ value: undefined })).toStrictEqual({});
  });

  it('takes the fields of an instance, or what its toJSON gives', () => {
    expect(roundTrip(new Money(150))).toStrictEqual({ cents: 150 });
    expect(roundTrip({ sku: new Sku('tea') })).toStrictEqual({ sku: 'tea' });
  });

  it.each([
    ['nothing', undefined],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['a BigInt of more than 64 bits', 2n ** 64n],
    ['a cycle', cycle()],
    ['a cycle through a list', [cycle()]],
  ])('refuses %s, and encodes the next value as ever', (_, value) => {
    expect(() => codec.encode('It', value)).toThrow(expect.objectContaining({ code: 'CATGA_SERIALIZATION' }));
    expect(roundTrip({ a: [1] })).toEqual({ a: [1] });
  });

  it('hands over bytes that no later message writes over', () => {
    const first = serializer.encode({ first: 'x'.repeat(50) });
    const kept = Uint8Array.from(first);
    for (let message = 0; message < 100; message++) serializer.encode({ later: 'y'.repeat(500) });
    expect(first).toEqual(kept);
    expect(first.buffer.byteLength).toBe(first.byteLength);
  });

  it('reads bytes that lie within a larger array', () => {
    const bytes = serializer.encode({ a: [1, 'two'] });
    const larger = new Uint8Array(bytes.length + 20).fill(0xc1);
    larger.set(bytes, 7);
    expect(serializer.decode(larger.subarray(7, 7 + bytes.length))).toEqual({ a: [1, 'two'] });
  });

  it('decodes any bytes or refuses them with CATGA_SERIALIZATION, and goes on', () => {
    const decodeOrRefuse = (bytes: Uint8Array): void => {
      try {
        codec.decode('It', bytes);
      } catch (thrown) {
        expect((thrown as CatgaError).code).toBe('CATGA_SERIALIZATION');
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodeOrRefuse), { numRuns: 500 });
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (value, bits) => {
        const damaged = Uint8Array.from(serializer.encode({ value }));
        for (const bit of bits) {
          const index = (bit >>> 3) % damaged.length;
          damaged[index] = (damaged[index] ?? 0) ^ (1 << (bit & 7));
        }
        decodeOrRefuse(damaged);
      }),
      { numRuns: 500 },
    );
    expect(roundTrip({ still: 'fine' })).toEqual({ still: 'fine' });
  });

  it('refuses a value that was cut off anywhere, and bytes after it', () => {
    const bytes = serializer.encode({ a: ['b', 1, { c: null }] });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => serializer.decode(bytes.subarray(0, length))).toThrow();
    }
    expect(() => serializer.decode(Buffer.concat([bytes, bytes]))).toThrow();
  });

  it('survives a megabyte of nesting', () => {
    const open = name === 'json' ? '['.charCodeAt(0) : 0x91;
    expect(() => codec.decode('It', new Uint8Array(2 ** 20).fill(open))).toThrow(
      expect.objectContaining({ code: 'CATGA_SERIALIZATION' }),
    );
  });
});

function cycle(): object {
  const value: Record<string, unknown> = { text: 'x' };
  value['self'] = value;
  return value;
}
