import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { forbiddenKeysIn, hostileData } from './hostile-data.fixture.js';
import { json } from './json-serializer.js';

const serializer = json();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** JSON with every letter of every string escaped. */
function escaped(content: string): string {
  return content.replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    const units = Array.from(JSON.parse(literal) as string, (character) => character.split('')).flat();
    return `"${units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  });
}

describe('the JSON serializer', () => {
  it('never lets a key reach an object prototype, escaped or not, at any depth', () => {
    fc.assert(
      fc.property(hostileData, fc.boolean(), (value, isEscaped) => {
        const content = JSON.stringify(value);
        const decoded = serializer.decode(bytes(isEscaped ? escaped(content) : content));
        expect(forbiddenKeysIn(decoded)).toEqual([]);
        expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
        expect(Object.assign({}, decoded)).not.toHaveProperty('polluted');
      }),
    );
  });

  it.each([
    '{"__proto__":{"polluted":true}}',
    String.raw`{"\u005f\u005fproto\u005f\u005f":{"polluted":true}}`,
    String.raw`{"_\u005Fproto__":{"polluted":true}}`,
    '{"constructor":{"prototype":{"polluted":true}}}',
    String.raw`{"a":[{"c\u006fnstructor":{"prot\u006ftype":{"polluted":true}}}]}`,
  ])('drops what %s tries', (content) => {
    const decoded = serializer.decode(bytes(content)) as Record<string, unknown>;
    const copy: Record<string, unknown> = Object.assign(Object.create(null) as object, decoded);
    expect(JSON.stringify(copy)).not.toContain('polluted');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('writes and reads the same as text', () => {
    const { encodeText, decodeText } = serializer;
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), hostileData), (value) => {
        const content = JSON.stringify(value);
        expect(encodeText?.(value)).toBe(text(serializer.encode(value)));
        expect(decodeText?.(content)).toEqual(serializer.decode(bytes(content)));
        expect(decodeText?.(escaped(content))).toEqual(serializer.decode(bytes(escaped(content))));
      }),
    );
    expect(encodeText?.('\ud800')).toBe(String.raw`"\ud800"`);
    expect(() => encodeText?.(undefined)).toThrow(TypeError);
  });

  it('keeps values that only look like forbidden keys', () => {
    const value = {
      note: 'the constructor of __proto__',
      list: ['prototype'],
      'a.constructor': String.raw`\u005f`,
    };
    expect(serializer.decode(serializer.encode(value))).toEqual(value);
  });

  it('carries what JSON carries: dates as text, no undefined fields', () => {
    expect(text(serializer.encode({ at: new Date(0), gone: undefined }))).toBe(
      '{"at":"1970-01-01T00:00:00.000Z"}',
    );
    expect(serializer.decode(serializer.encode('€ 😀 \ud800'))).toBe('€ 😀 \ud800');
  });

  class Money {
    constructor(readonly cents: unknown) {}
    toJSON(): unknown {
      return { cents: this.cents };
    }
  }

  const deep = (value: unknown, depth: number): unknown => (depth === 0 ? value : [deep(value, depth - 1)]);

  it.each([
    ['NaN', NaN],
    ['Infinity', -Infinity],
    ['an invalid Date', new Date(NaN)],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set(['a'])],
    ['a WeakMap', new WeakMap()],
    ['a RegExp', /a/],
    ['an Error', Object.assign(new Error('no'), { code: 'E' })],
    ['a Promise', Promise.resolve()],
    ['a URLSearchParams', new URLSearchParams('a=1')],
    ['a Uint8Array', new Uint8Array([1])],
    ['a Buffer', Buffer.from('a')],
    ['a Float64Array', new Float64Array(1)],
    ['a ArrayBuffer', new ArrayBuffer(1)],
  ])('refuses what it would write as something else, wherever it is: %s', (_what, lost) => {
    for (const value of [
      lost,
      { lost },
      [1, [lost]],
      { a: { 'b.c': [{ lost }] } },
      new Money(lost),
      { money: new Money([lost]), date: new Date(0) },
      deep(lost, 100),
      Object.assign(Object.create(null) as object, { lost }),
    ])
      expect(() => serializer.encode(value)).toThrow(TypeError);
  });

  it('says where it is', () => {
    const lines = [{ sku: 'tea' }, { sku: 'rice', tags: new Set() }];
    expect(() => serializer.encode({ order: { lines } })).toThrow("'order.lines.1.tags' is a Set");
  });

  it('writes boxed values, dates, empty objects and instances as JSON does', () => {
    const value = {
      count: Object(1) as unknown,
      text: Object('a') as unknown,
      at: new Date(0),
      url: new URL('http://localhost/a'),
      money: new Money(5),
      empty: {},
      list: [undefined, null, -0],
      deep: deep(1, 100),
    };
    expect(text(serializer.encode(value))).toBe(JSON.stringify(value));
  });

  it.each([
    ['a BigInt', 1n],
    ['nothing', undefined],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
  ])('refuses %s', (_, value) => {
    expect(() => serializer.encode(value)).toThrow(TypeError);
  });

  it.each([
    ['text that is not JSON', bytes('{')],
    ['nothing', new Uint8Array()],
    ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('refuses to decode %s', (_, content) => {
    expect(() => serializer.decode(content)).toThrow();
  });
});
