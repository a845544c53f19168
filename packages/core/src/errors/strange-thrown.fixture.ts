import fc from 'fast-check';
import { anyText } from './any-text.fixture.js';

const throwingGetters = (): Error => {
  const error = new Error();
  for (const key of ['stack', 'name', 'message', 'code', 'cause', 'errors', 'retryable', 'toJSON']) {
    Object.defineProperty(error, key, {
      enumerable: true,
      get() {
        throw new Error(`no ${key}`);
      },
    });
  }
  return error;
};

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  return proxy;
};

const refusingProxy = (): unknown =>
  new Proxy(
    {},
    new Proxy(
      {},
      {
        get() {
          throw new Error('no trap for you');
        },
      },
    ),
  );

const cycle = (): Error => {
  const error = new Error('round');
  error.cause = new AggregateError([error, { cause: error }], 'and round', { cause: error });
  return Object.assign(error, { self: error, errors: [error] });
};

/** Values that programs throw, each with a factory. */
export const STRANGE_THROWN: readonly (readonly [string, () => unknown])[] = [
  ['half a surrogate pair', () => Object.assign(new Error('\ud800'), { name: '\udfff', code: '\ud83d' })],
  ['an emoji at the cut', () => new Error('x'.repeat(4_095) + '😀')],
  ['a message that is an object', () => Object.assign(new Error(), { message: { deep: [{}, 1n] } })],
  ['a name that is undefined', () => Object.assign(new Error('x'), { name: undefined })],
  ['a code of 70,000 bytes', () => Object.assign(new Error('x'), { code: 'c'.repeat(70_000) })],
  ['a message of a megabyte', () => new Error('é'.repeat(1_000_000))],
  ['a byte order mark', () => new Error('\ufeff\ufeffmarked')],
  ['getters that throw', throwingGetters],
  ['cyclic causes', cycle],
  ['a proxy', () => new Proxy(new Error('x'), {})],
  ['a proxy that refuses everything', refusingProxy],
  ['a revoked proxy', revoked],
  [
    'a null-prototype object',
    () => Object.assign(Object.create(null) as object, { message: 'bare', code: 'BARE' }),
  ],
  ['a plain object', () => ({ message: 'plain', code: 'PLAIN', retryable: false })],
  ['a plain object without a message', () => ({ status: 1n, at: new Date(NaN), map: new Map() })],
  ['a function', () => () => 1],
  ['a class', () => class Thrown {}],
  ['a symbol', () => Symbol('thrown')],
  ['a frozen error', () => Object.freeze(new Error('cold'))],
  ['a DOMException', () => new DOMException('aborted', 'AbortError')],
  ['an AggregateError', () => new AggregateError([1, null, new Error('x'), revoked()], 'many')],
  ['undefined', () => undefined],
  ['null', () => null],
  ['a number that is none', () => NaN],
  ['a BigInt', () => 10n ** 400n],
  ['an empty text', () => ''],
  ['an array', () => [new Error('x'), 'y']],
  ['toJSON that throws', () => ({ toJSON: throwingGetters })],
  [
    'toJSON that gives itself',
    () => ({
      toJSON(this: unknown) {
        return this;
      },
    }),
  ],
  ['a number as code that is none', () => Object.assign(new Error('x'), { code: Infinity })],
];

const text = anyText(40);
const anyField = fc.oneof(text, fc.anything({ withBigInt: true, withDate: true, withMap: true }));

/** Errors and error-like objects with fields of any type. */
export const strangeThrown: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
  fc
    .record(
      { name: anyField, message: anyField, code: anyField, cause: anyField, errors: fc.array(anyField) },
      { requiredKeys: [] },
    )
    .map((fields) => Object.assign(new Error(), fields)),
  text.map((message) => new Error(message, { cause: new Error(message.repeat(500)) })),
);
