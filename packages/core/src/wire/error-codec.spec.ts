import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { ErrorCodec, RemoteError } from './error-codec.js';
import type { EncodedError, ErrorTranslator } from './error-codec.js';

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

const http: ErrorTranslator = {
  type: 'http',
  encode: (error) => (error instanceof HttpError ? { data: { status: error.status } } : undefined),
  decode: ({ data }) => new HttpError((data as { status: number }).status),
};

describe('an error on the wire', () => {
  const codec = new ErrorCodec([http]);
  const overTheWire = (error: Error): Error =>
    codec.decode(JSON.parse(JSON.stringify(codec.encode(error))) as EncodedError);

  it('carries name, message, code and causes, and never a stack or another property', () => {
    const error = Object.assign(new TypeError('bad', { cause: new RangeError('too far') }), {
      code: 'E_BAD',
      connection: 'password=secret',
    });
    error.stack = 'TypeError: bad\n    at secret (/srv/app/secret.js:1:1)';
    expect(codec.encode(error)).toEqual({
      type: 'error',
      name: 'TypeError',
      message: 'bad',
      code: 'E_BAD',
      cause: { name: 'RangeError', message: 'too far' },
    });
    expect(JSON.stringify(codec.encode(error))).not.toContain('secret');
    const arrived = overTheWire(error);
    expect(arrived).toBeInstanceOf(RemoteError);
    expect(arrived).toMatchObject({ name: 'TypeError', message: 'bad', code: 'E_BAD' });
    expect(arrived.cause).toBeInstanceOf(RemoteError);
    expect(arrived.cause).toMatchObject({ name: 'RangeError', message: 'too far' });
    expect(arrived.stack).not.toContain('secret');
  });

  it('keeps a code that is a number, and has CATGA_REMOTE if it had none', () => {
    expect(overTheWire(Object.assign(new Error('duplicate key'), { code: 11000 }))).toMatchObject({
      code: 11000,
    });
    expect(overTheWire(new Error('plain'))).toMatchObject({ code: 'CATGA_REMOTE' });
    expect(overTheWire(Object.assign(new Error('x'), { code: NaN }))).toMatchObject({ code: 'CATGA_REMOTE' });
    expect(overTheWire(Object.assign(new Error('x'), { code: {} }))).toMatchObject({ code: 'CATGA_REMOTE' });
  });

  it('brings along what an AggregateError holds', () => {
    const arrived = overTheWire(new AggregateError([new TypeError('one'), 'two'], 'both'));
    expect(arrived).toMatchObject({
      name: 'AggregateError',
      message: 'both',
      errors: [
        { name: 'TypeError', message: 'one' },
        { name: 'Error', message: 'two' },
      ],
    });
  });

  it('that is no error keeps its message and its code', () => {
    expect(codec.encode({ message: 'no tea', code: 'STOCK', retryable: false })).toEqual({
      type: 'error',
      name: 'Error',
      message: 'no tea',
      code: 'STOCK',
      retryable: false,
    });
    expect(codec.encode({ status: 402 })).toEqual({
      type: 'error',
      name: 'Error',
      message: '{"status":402}',
    });
  });

  it('whose translator throws, or is given what it does not know, arrives by name, message and code', () => {
    const broken: ErrorTranslator = {
      type: 'broken',
      encode: () => {
        throw new Error('encode');
      },
      decode: () => {
        throw new Error('decode');
      },
    };
    const codecs = new ErrorCodec([broken]);
    expect(codecs.encode(new RangeError('far'))).toMatchObject({ type: 'error', name: 'RangeError' });
    expect(codecs.decode({ type: 'broken', name: 'RangeError', message: 'far' })).toMatchObject({
      name: 'RangeError',
      message: 'far',
    });
  });

  it('of Catga whose details no serializer carries arrives all the same', () => {
    const details: Record<string, unknown> = {
      amount: 10n,
      map: new Map([[1, 2]]),
      half: '\ud800',
      run: () => 1,
    };
    details['self'] = details;
    const arrived = overTheWire(new CatgaError('CATGA_OVERLOADED', 'full', { details }));
    expect(arrived).toMatchObject({ code: 'CATGA_OVERLOADED', details: { amount: '10', half: '\ufffd' } });
  });

  it('arrives a second time as it arrived the first time', () => {
    const first = overTheWire(Object.assign(new Error('x'), { name: 'OutOfStock', code: 'STOCK' }));
    expect(overTheWire(first)).toMatchObject({ name: 'OutOfStock', message: 'x', code: 'STOCK' });
  });

  it('arrives as a CatgaError with its details, if it is one', () => {
    const error = new CatgaError('CATGA_OVERLOADED', 'full', {
      details: { maxQueued: 1 },
      retryable: false,
      cause: new Error('no room'),
    });
    const arrived = overTheWire(error);
    expect(arrived).toBeInstanceOf(CatgaError);
    expect(arrived).toMatchObject({ code: 'CATGA_OVERLOADED', message: 'full', retryable: false });
    expect((arrived as CatgaError).details).toEqual({ maxQueued: 1 });
    expect(arrived.cause).toMatchObject({ message: 'no room' });
  });

  it('of a code that this version does not know is CATGA_REMOTE, not a guess', () => {
    const later: EncodedError = {
      type: 'catga',
      name: 'CatgaError',
      message: 'new',
      code: 'CATGA_OF_TOMORROW',
    };
    expect(codec.decode(later)).toMatchObject({ code: 'CATGA_REMOTE', message: 'new' });
    expect(codec.decode({ ...later, code: 'toString' })).toMatchObject({ code: 'CATGA_REMOTE' });
  });

  it('of a class with a translator arrives as that class', () => {
    const arrived = overTheWire(new HttpError(404));
    expect(arrived).toBeInstanceOf(HttpError);
    expect(arrived).toMatchObject({ status: 404 });
  });

  it.each([
    ['of a plain class', new Error('database away')],
    ['of a class with a translator', new HttpError(503)],
  ])('%s still declares itself retryable, if it did', (_name, error) => {
    expect(overTheWire(error)).not.toHaveProperty('retryable');
    const declared = overTheWire(Object.assign(error, { retryable: true }));
    expect(declared).toMatchObject({ message: error.message, retryable: true });
    expect(overTheWire(declared)).toMatchObject({ retryable: true });
    expect(overTheWire(Object.assign(error, { retryable: 'yes' }))).not.toHaveProperty('retryable');
  });

  it('of a class whose translator is missing here arrives by name, message and code', () => {
    const encoded = codec.encode(Object.assign(new HttpError(404), { code: 'NOT_FOUND' }));
    expect(new ErrorCodec([]).decode(encoded)).toMatchObject({
      name: 'Error',
      message: 'HTTP 404',
      code: 'NOT_FOUND',
    });
  });
});
