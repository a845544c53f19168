import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { msgpack } from './msgpack-serializer.js';

const serializer = msgpack();
const roundTrip = (value: unknown): unknown => serializer.decode(serializer.encode(value));
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the MessagePack serializer', () => {
  it('keeps dates, bytes, large whole numbers and what is no number', () => {
    const value = {
      at: new Date('2024-02-29T12:34:56.789Z'),
      bytes: Uint8Array.of(0, 255, 1),
      count: 2n ** 63n,
      less: -(2n ** 63n),
      nothing: [NaN, Infinity, -Infinity],
    };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('keeps any moment', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (at) => expect(roundTrip(at)).toEqual(at)),
      {
        numRuns: 1000,
      },
    );
  });

  it('gives bytes back as an array of their own, whatever they came in', () => {
    const encoded = serializer.encode({ bytes: Buffer.from('abc') });
    const { bytes } = serializer.decode(Buffer.from(encoded)) as { readonly bytes: Uint8Array };
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect([...bytes]).toEqual([97, 98, 99]);
    encoded.fill(0);
    expect([...bytes]).toEqual([97, 98, 99]);
  });

  it.each([
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['a RegExp', /a/],
    ['an Error', new Error('no')],
    ['a Promise', Promise.resolve()],
    ['a Float64Array', new Float64Array(1)],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a field that is a function', { a: { go: () => {} } }],
    ['a list with a symbol', [Symbol('s')]],
    ['half a surrogate pair', { text: 'a\ud800' }],
    ['half a surrogate pair in a key', { 'a\udc00': 1 }],
    ['text that begins with a byte order mark', '\ufeffa'],
    ['what is nested more than 256 deep', nested(257)],
  ])('refuses %s instead of dropping or changing it', (_, value) => {
    expect(() => serializer.encode({ value })).toThrow(TypeError);
  });

  it('carries what is nested 255 deep below its fields', () => {
    const value = { value: nested(255) };
    expect(roundTrip(value)).toEqual(value);
  });

  it.each([
    ['a definition of a record, which would make code', 'd4 72 40 91 a1 61 01'],
    ['an error of the packer', 'd4 65 00 93 a1 61 a1 62 a1 63'],
    ['a pattern', 'd4 78 00 92 a1 61 a1 67'],
    ['a set', 'd4 73 00 91 01'],
    ['a reference', '92 d6 69 00 00 00 01 d6 70 00 00 00 01'],
    ['bundled strings', 'd6 62 00 00 00 05'],
    ['a large BigInt', 'c7 09 42 01 00 00 00 00 00 00 00 00'],
    ['a moment of a length that there is not', 'c7 08 ff 00 00 00 00 00 00 00 00'],
    ['the byte that is never used', 'c1'],
    ['a list of 32 million that are not there', 'dd 01 ff ff ff'],
    ['a map of four billion fields that are not there', 'df ff ff ff ff'],
    ['text that is longer than what is there', 'db ff ff ff ff 61'],
    ['text that is not UTF-8', 'a2 c3 28'],
    ['text with half a surrogate pair', 'a3 ed a0 80'],
    ['text that begins with a byte order mark', 'a4 ef bb bf 61'],
    ['a key that is a number', '81 01 01'],
    ['a key that is a map', '81 80 01'],
    ['nothing', ''],
    ['two values', '01 01'],
  ])('refuses to decode %s', (_, bytes) => {
    expect(() => serializer.decode(hex(bytes))).toThrow(TypeError);
    expect(roundTrip({ a: 1 })).toEqual({ a: 1 });
  });

  it('reads every width of number, text, bytes, list and map that MessagePack has', () => {
    const read = (bytes: string): unknown => serializer.decode(hex(bytes));
    expect(
      ['7f', 'e0', 'cc ff', 'cd ff ff', 'ce ff ff ff ff', 'd0 80', 'd1 80 00', 'd2 80 00 00 00'].map(read),
    ).toEqual([127, -32, 255, 65_535, 4_294_967_295, -128, -32_768, -2_147_483_648]);
    expect([read('cf 00 00 00 00 00 00 00 05'), read('d3 ff ff ff ff ff ff ff ff')]).toEqual([5n, -1n]);
    expect([read('ca 3f 80 00 00'), read('cb 3f f0 00 00 00 00 00 00')]).toEqual([1, 1]);
    expect(['a1 61', 'd9 01 61', 'da 00 01 61', 'db 00 00 00 01 61'].map(read)).toEqual(['a', 'a', 'a', 'a']);
    for (const bytes of ['c4 01 07', 'c5 00 01 07', 'c6 00 00 00 01 07'])
      expect(read(bytes)).toEqual(Uint8Array.of(7));
    for (const list of ['91 07', 'dc 00 01 07', 'dd 00 00 00 01 07']) expect(read(list)).toEqual([7]);
    for (const map of ['81 a1 61 07', 'de 00 01 a1 61 07', 'df 00 00 00 01 d9 01 61 07']) {
      expect(read(map)).toEqual({ a: 7 });
    }
    expect(['c0', 'c2', 'c3'].map(read)).toEqual([null, false, true]);
    const epoch = new Date(0);
    for (const moment of ['d6 ff 00 00 00 00', `d7 ff ${'00'.repeat(8)}`, `c7 0c ff ${'00'.repeat(12)}`]) {
      expect(read(moment)).toEqual(epoch);
    }
  });

  it('does without the native addon of msgpackr and without generated code', () => {
    const script = `
      process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED = 'false';
      require('msgpackr/index-no-eval');
      console.log(Object.keys(require.cache).filter((file) => file.includes('msgpackr')).length);`;
    const source = readFileSync(new URL('msgpack-serializer.ts', import.meta.url), 'utf8');
    expect(source.match(/from 'msgpackr\/.*'/g)).toEqual(["from 'msgpackr/index-no-eval'"]);
    const flags = ['--disallow-code-generation-from-strings', '-e', script];
    expect(execFileSync(process.execPath, flags, { encoding: 'utf8' })).toBe('1\n');
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
