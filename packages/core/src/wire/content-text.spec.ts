import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalView, WIRE_VIEW, contentText } from './content-text.js';

class Money {
  constructor(readonly cents: number) {}
}
class Discount {
  constructor(readonly cents: number) {}
}

/** Distinct values with the same JSON; a factory each, so that no value is recognized by identity. */
const DIFFERENT: readonly (readonly [string, () => unknown])[] = [
  ['null', () => null],
  ['undefined', () => undefined],
  ['NaN', () => NaN],
  ['Infinity', () => Infinity],
  ['-Infinity', () => -Infinity],
  ['0', () => 0],
  ['-0', () => -0],
  ['1', () => 1],
  ['a big 1', () => 1n],
  ['a big -1', () => -1n],
  ["'1'", () => '1'],
  ["'1n'", () => '1n'],
  ["'i1;'", () => 'i1;'],
  ["'NaN'", () => 'NaN'],
  ["'null'", () => 'null'],
  ['true', () => true],
  ["''", () => ''],
  ['half a pair', () => '\ud800'],
  ['another half', () => '\ud801'],
  ['the replacement of both', () => '\ufffd'],
  ['{}', () => ({})],
  ['[]', () => []],
  ['[null]', () => [null]],
  ['[undefined]', () => [undefined]],
  // oxlint-disable-next-line no-sparse-arrays
  ['a hole', () => [,]],
  ['[[]]', () => [[]]],
  ['[1, 2]', () => [1, 2]],
  ['[12]', () => [12]],
  ["['1,2']", () => ['1,2']],
  ['a Map', () => new Map()],
  ['a Map of a', () => new Map([['a', 1]])],
  ['a Map of b', () => new Map([['b', 1]])],
  ['a Map by number', () => new Map([[1, 1]])],
  ['a Map by text', () => new Map([['1', 1]])],
  ['a Map of pairs', () => new Map([[['a', 1], undefined]])],
  ['a Set', () => new Set()],
  ['a Set of a', () => new Set(['a'])],
  ['a Set of b', () => new Set(['b'])],
  ['a Set of both', () => new Set(['a', 'b'])],
  ['a Set of one text', () => new Set(['a,b'])],
  ['a pattern', () => /a/],
  ['another pattern', () => /b/],
  ['a pattern with a flag', () => /a/i],
  ['a boxed 1', () => Object(1)],
  ['a boxed text', () => Object('1')],
  ['a boxed truth', () => Object(true)],
  ['an Error', () => new Error('a')],
  ['another Error', () => new Error('b')],
  ['a TypeError', () => new TypeError('a')],
  ['an Error with a cause', () => new Error('a', { cause: 1 })],
  ['errors', () => new AggregateError([new Error('b')], 'a')],
  ['an invalid Date', () => new Date(NaN)],
  ['a Date', () => new Date(0)],
  ['another Date', () => new Date(1)],
  ['bytes', () => new Uint8Array([1, 2])],
  ['other bytes', () => new Uint8Array([1, 3])],
  ['bytes as JSON has them', () => ({ 0: 1, 1: 2 })],
  ['a Buffer as JSON has it', () => ({ type: 'Buffer', data: [1, 2] })],
  ['wide numbers', () => new Uint16Array([1, 2])],
  ['signed bytes', () => new Int8Array([1, 2])],
  ['a view', () => new DataView(new Uint8Array([1, 2]).buffer)],
  ['a buffer', () => new Uint8Array([1, 2]).buffer],
  ['a URL', () => new URL('http://a')],
  ['fields', () => ({ a: { b: 1 }, c: 2 })],
  ['fields elsewhere', () => ({ a: { b: 1, c: 2 } })],
  ['a field in the name', () => ({ 'a:1': 1 })],
  ['a __proto__', () => JSON.parse('{"__proto__":{"a":1}}') as unknown],
];

/** Positions that a value may have in a content. */
const PLACES: readonly ((value: unknown) => unknown)[] = [
  (value) => [value],
  (value) => [0, value, 'end'],
  (value) => ({ field: [value] }),
  (value) => ({ a: 1, field: { deeper: [value] }, z: 2 }),
  (value) => new Map([['key', value]]),
  (value) => new Map([[[value], 'value']]),
  (value) => new Set([[value]]),
  (value) => new Error('with a cause', { cause: [value] }),
];

const anyPlace = fc.array(fc.constantFrom(...PLACES), { minLength: 1, maxLength: 3 });

function put(value: unknown, places: readonly ((value: unknown) => unknown)[]): unknown {
  return places.reduce((held, place) => place(held), value);
}

const views = [
  ['on every node', WIRE_VIEW],
  ['within a process', new LocalView()],
] as const;

/** On the wire those are `null`, `[null]` and 0. */
const ALIKE_ON_THE_WIRE = ['undefined', '[undefined]', 'a hole', '-0'];

describe.each(views)('the text of a content, %s', (_where, view) => {
  const different = DIFFERENT.filter(([what]) => !view.isAsOnTheWire || !ALIKE_ON_THE_WIRE.includes(what));

  it('differs for values with the same JSON, wherever they stand', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...different),
        fc.constantFrom(...different),
        anyPlace,
        (one, other, places) => {
          fc.pre(one !== other);
          expect(contentText(put(one[1](), places), view)).not.toBe(
            contentText(put(other[1](), places), view),
          );
        },
      ),
      { numRuns: 4000 },
    );
  });

  it('differs for each of them', () => {
    const texts = different.map(([, make]) => contentText([make()], view));
    expect(new Set(texts).size).toBe(different.length);
  });

  it('is the same for equal values, wherever they stand', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DIFFERENT), anyPlace, ([, make], places) => {
        expect(contentText(put(make(), places), view)).toBe(contentText(put(make(), places), view));
      }),
    );
  });

  it('does not depend on the order in which fields and entries were added', () => {
    const fields = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 50 });
    fc.assert(
      fc.property(fields, (made) => {
        const entries = Object.entries(made);
        const reversed = entries.toReversed();
        expect(contentText(Object.fromEntries(reversed), view)).toBe(
          contentText(Object.fromEntries(entries), view),
        );
        expect(contentText(new Map(reversed), view)).toBe(contentText(new Map(entries), view));
        expect(contentText(new Set(Object.keys(made).toReversed()), view)).toBe(
          contentText(new Set(Object.keys(made)), view),
        );
      }),
    );
  });

  it('tells plain values apart as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (one, other) => {
        const isOne = contentText(one, view) === contentText(other, view);
        expect(isOne).toBe(
          JSON.stringify(one) === JSON.stringify(other) &&
            (view.isAsOnTheWire || !Object.is(one, -0) === !Object.is(other, -0)),
        );
      }),
    );
  });

  it('ignores fields that are undefined', () => {
    expect(contentText({ a: 1, b: undefined }, view)).toBe(contentText({ a: 1 }, view));
  });

  it('is that of the result of toJSON', () => {
    class Amount {
      readonly #cents: number;
      constructor(cents: number) {
        this.#cents = cents;
      }
      toJSON(): string {
        return `${this.#cents} ct`;
      }
    }
    expect(contentText([new Amount(1)], view)).toBe(contentText([new Amount(1)], view));
    expect(contentText([new Amount(1)], view)).not.toBe(contentText([new Amount(2)], view));
  });

  it('is the same for one object in two places, which is no cycle', () => {
    const shared = { a: 1 };
    expect(contentText([shared, shared], view)).toBe(contentText([{ a: 1 }, { a: 1 }], view));
  });

  const cyclic: Record<string, unknown> = { inner: {} };
  (cyclic['inner'] as Record<string, unknown>)['outer'] = cyclic;
  it.each<readonly [string, unknown, string]>([
    ['a function', { on: { done: () => 1 } }, "'on.done' is or holds a function"],
    ['a class', { type: Money }, "'type' is or holds a function"],
    ['a symbol', { kind: Symbol('a') }, "'kind' is or holds a symbol"],
    ['a boxed symbol', { kind: Object(Symbol('a')) }, "'kind' is or holds a symbol"],
    ['a field named by a symbol', { a: { [Symbol('b')]: 1 } }, "'a' is or holds a field named by Symbol(b)"],
    ['a cycle', cyclic, "'inner.outer' is or holds a cycle"],
    ['a cycle of a map', new Map().set('self', cyclic), 'is or holds a cycle'],
    ['a WeakMap', { seen: new WeakMap() }, "'seen' is or holds a WeakMap"],
    ['a WeakSet', { seen: new WeakSet() }, "'seen' is or holds a WeakSet"],
    ['a WeakRef', { seen: new WeakRef({}) }, "'seen' is or holds a WeakRef"],
    ['a promise', [Promise.resolve(1)], "'0' is or holds a Promise"],
    ['search parameters', { query: new URLSearchParams('a=1') }, "'query' is or holds a URLSearchParams"],
    ['headers', { of: new Headers({ a: '1' }) }, "'of' is or holds a Headers"],
    ['a blob', { of: new Blob(['a']) }, "'of' is or holds a Blob"],
    ['an iterator', { of: [1].values() }, "'of' is or holds a Array Iterator"],
    ['a signal', { signal: new AbortController().signal }, "'signal' is or holds a AbortSignal"],
  ])('is refused with its place for %s', (_what, value, message) => {
    expect(() => contentText(value, view)).toThrow(new RegExp(message.replace(/[()]/g, String.raw`\$&`)));
    expect(() => contentText(value, view)).toThrow(TypeError);
  });
});

describe('the text of a content on every node', () => {
  it('is the same for a copy of anything', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withBoxedValues: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(contentText(structuredClone(value))).toBe(contentText(value));
      }),
    );
  });

  it('is that of the decoded value: a date is its text, an instance its fields', () => {
    const made = { at: new Date(86_400_000), price: new Money(5), list: [new Money(6)] };
    expect(contentText(JSON.parse(JSON.stringify(made)))).toBe(contentText(made));
  });
});

describe('the text of a content within a process', () => {
  const view = new LocalView();

  it('tells a date from its text, and instances of two classes apart', () => {
    const at = new Date(0);
    const contents = [
      { a: at },
      { a: at.toISOString() },
      { a: new Money(1) },
      { a: new Discount(1) },
      { a: { cents: 1 } },
    ];
    expect(new Set(contents.map((content) => contentText(content, view))).size).toBe(contents.length);
    expect(contentText({ a: new Money(1) }, view)).toBe(contentText({ a: new Money(1) }, view));
  });

  it('tells classes of one name apart', () => {
    const named = (): new () => object => class Same {};
    const [One, Other] = [named(), named()];
    expect(contentText([new One()], view)).not.toBe(contentText([new Other()], view));
  });

  it('tells a Buffer from other bytes, and a list of its own kind from an array', () => {
    class List extends Array<number> {}
    const contents = [Buffer.from([1]), new Uint8Array([1]), [1], List.of(1)];
    expect(new Set(contents.map((content) => contentText(content, view))).size).toBe(contents.length);
  });
});
