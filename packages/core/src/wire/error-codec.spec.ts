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

  it('carries name, message and code, and never a stack or a cause', () => {
    const error = Object.assign(new TypeError('bad', { cause: new Error('password=secret') }), {
      code: 'E_BAD',
      connection: 'password=secret',
    });
    error.stack = 'TypeError: bad\n    at secret (/srv/app/secret.js:1:1)';
    expect(codec.encode(error)).toEqual({ type: 'error', name: 'TypeError', message: 'bad', code: 'E_BAD' });
    expect(JSON.stringify(codec.encode(error))).not.toContain('secret');
    const arrived = overTheWire(error);
    expect(arrived).toBeInstanceOf(RemoteError);
    expect(arrived).toMatchObject({ name: 'TypeError', message: 'bad', code: 'E_BAD' });
    expect(arrived.cause).toBeUndefined();
    expect(arrived.stack).not.toContain('secret');
  });

  it('has the code CATGA_REMOTE if it had none that is text', () => {
    expect(overTheWire(new Error('plain'))).toMatchObject({ code: 'CATGA_REMOTE' });
    expect(overTheWire(Object.assign(new Error('exit'), { code: 1 }))).toMatchObject({
      code: 'CATGA_REMOTE',
    });
  });

  it('arrives a second time as it arrived the first time', () => {
    const first = overTheWire(Object.assign(new Error('x'), { name: 'OutOfStock', code: 'STOCK' }));
    expect(overTheWire(first)).toMatchObject({ name: 'OutOfStock', message: 'x', code: 'STOCK' });
  });

  it('arrives as a CatgaError with its details, if it is one', () => {
    const error = new CatgaError('CATGA_OVERLOADED', 'full', {
      details: { maxQueued: 1 },
      retryable: false,
      cause: new Error('secret'),
    });
    const arrived = overTheWire(error);
    expect(arrived).toBeInstanceOf(CatgaError);
    expect(arrived).toMatchObject({ code: 'CATGA_OVERLOADED', message: 'full', retryable: false });
    expect((arrived as CatgaError).details).toEqual({ maxQueued: 1 });
    expect(arrived.cause).toBeUndefined();
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
