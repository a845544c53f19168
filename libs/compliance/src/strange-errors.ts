/** Values that handlers throw, each with a factory and the expected record. */
export const STRANGE_ERRORS: readonly (readonly [
  what: string,
  make: () => unknown,
  told: { readonly message?: unknown; readonly name?: string; readonly code?: string | number },
])[] = [
  [
    'half a surrogate pair',
    () => Object.assign(new Error('a\ud83d'), { code: '\udc00' }),
    { message: 'a\ufffd' },
  ],
  ['an emoji at the cut', () => new Error(`${'x'.repeat(4_094)}😀😀`), { message: `${'x'.repeat(4_094)}…` }],
  [
    'a message that is an object',
    () => Object.assign(new Error(), { message: { no: 'tea' } }),
    { message: '{"no":"tea"}' },
  ],
  [
    'a name that is undefined',
    () => Object.assign(new TypeError('x'), { name: undefined }),
    { name: 'TypeError' },
  ],
  [
    'a code of 70,000 bytes',
    () => Object.assign(new Error('x'), { code: 'c'.repeat(70_000) }),
    { message: 'x' },
  ],
  ['a message of two megabytes', () => new Error('é'.repeat(1_000_000)), { name: 'Error' }],
  [
    'a code that is a number',
    () => Object.assign(new Error('duplicate key'), { code: 11_000 }),
    { code: 11_000 },
  ],
  ['a plain object', () => ({ message: 'no tea', code: 'STOCK' }), { message: 'no tea', code: 'STOCK' }],
  [
    'an object without a prototype',
    () => Object.assign(Object.create(null) as object, { code: 'BARE' }),
    { code: 'BARE' },
  ],
  ['a proxy that is revoked', revokedProxy, { name: 'Error' }],
  ['an error whose getters throw', throwingGetters, { name: 'Error' }],
  ['an error that caused itself', selfCaused, { message: 'round' }],
  ['a function', () => () => 1, { message: '[function]' }],
  ['a symbol', () => Symbol('s'), { message: 'Symbol(s)' }],
  ['nothing', () => undefined, { message: 'undefined' }],
  [
    'a DOMException',
    () => new DOMException('gone', 'NotFoundError'),
    { name: 'NotFoundError', message: 'gone' },
  ],
];

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  return proxy;
}

function throwingGetters(): unknown {
  const error = new Error();
  for (const key of ['stack', 'name', 'message', 'code', 'cause', 'retryable']) {
    Object.defineProperty(error, key, {
      get() {
        throw new Error(`no ${key}`);
      },
    });
  }
  return error;
}

function selfCaused(): unknown {
  const error = new Error('round');
  error.cause = new AggregateError([error], 'and round', { cause: error });
  return error;
}
