import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { json } from '../wire/json-serializer.js';
import { msgpack } from '../wire/msgpack/msgpack-serializer.js';
import { ErrorCodec, isEncodedError } from '../wire/error-codec.js';
import { toError } from './catga-error.js';
import { lineOf, recordOf, toErrorRecord } from './error-record.js';
import { STRANGE_THROWN, strangeThrown } from './strange-thrown.fixture.js';

const serializers = [json(), msgpack()];

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

describe('the record of whatever was thrown', () => {
  it.each([...STRANGE_THROWN])('is bounded, well-formed and carried by every serializer: %s', (_, make) => {
    const thrown = make();
    const record = recordOf(thrown);
    expect(JSON.stringify(record)).not.toMatch(/\\ud[89a-f]/i); // as JSON writes half a surrogate pair
    expect(bytesOf(record)).toBeLessThan(80_000);
    expect(record.name).not.toBe('');
    expect(() => lineOf(thrown)).not.toThrow();
    expect(toErrorRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
    const codec = new ErrorCodec([]);
    for (const serializer of serializers) {
      const decoded = serializer.decode(serializer.encode(codec.encode(thrown)));
      expect(isEncodedError(decoded)).toBe(true);
      if (isEncodedError(decoded)) expect(codec.decode(decoded)).toBeInstanceOf(Error);
    }
  });

  it('is bounded and carried by every serializer, whatever is thrown', () => {
    const codec = new ErrorCodec([]);
    fc.assert(
      fc.property(strangeThrown, (thrown) => {
        const encoded = codec.encode(thrown);
        expect(bytesOf(encoded)).toBeLessThan(80_000);
        for (const serializer of serializers) {
          const decoded = serializer.decode(serializer.encode(encoded));
          expect(isEncodedError(decoded)).toBe(true);
        }
        expect(recordOf(toError(thrown))).toEqual(recordOf(thrown));
      }),
    );
  });

  it('cuts no character in half', () => {
    const { message } = recordOf(new Error('x'.repeat(4_094) + '😀 and more'));
    expect(message).toBe(`${'x'.repeat(4_094)}…`);
    expect(recordOf(new Error('😀'.repeat(2_048))).message).toBe('😀'.repeat(2_048));
  });

  it('has U+FFFD for half a surrogate pair', () => {
    expect(recordOf(Object.assign(new Error('a\ud83d'), { code: '\udc00' }))).toEqual({
      name: 'Error',
      message: 'a\ufffd',
      code: '\ufffd',
    });
  });

  it('has the class as its name if there is no name, and the text of a message that is none', () => {
    class Lost extends Error {}
    const error = Object.assign(new Lost(), { name: undefined, message: { reason: 'gone' } });
    expect(recordOf(error)).toEqual({ name: 'Lost', message: '{"reason":"gone"}' });
  });

  it('ends where causes lead back, and holds sixteen errors at most', () => {
    const error = new Error('one');
    error.cause = new Error('two', { cause: error });
    expect(recordOf(error)).toEqual({
      name: 'Error',
      message: 'one',
      cause: { name: 'Error', message: 'two' },
    });
    const many = new AggregateError(Array.from({ length: 1000 }, (_, index) => new Error(String(index))));
    expect(recordOf(many).errors).toHaveLength(16);
    let deep = new Error('end');
    for (let depth = 0; depth < 1000; depth++) deep = new Error(String(depth), { cause: deep });
    expect(JSON.stringify(recordOf(deep)).match(/"cause"/g)).toHaveLength(8);
  });

  it('names the causes in a line of a log', () => {
    const error = Object.assign(new Error('not charged', { cause: new TypeError('no card') }), { code: 402 });
    expect(lineOf(error)).toBe('Error 402: not charged, caused by TypeError: no card');
    expect(lineOf(new AggregateError([new Error('a'), new Error('b')], 'both'))).toBe(
      'AggregateError: both [Error: a; Error: b]',
    );
  });
});

describe('what was thrown and is no error', () => {
  it('becomes one with its message, name, code and whether it is retryable', () => {
    const thrown = { name: 'Refused', message: 'no', code: 7, retryable: false };
    const error = toError(thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ ...thrown, cause: thrown });
  });

  it('or cannot be read, becomes one that can be', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    expect(toError(proxy).message).toMatch(/cannot be made text/);
    const throwing = Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('not yours');
      },
    });
    expect(() => toError(throwing).message).not.toThrow();
  });

  it('is an error of its own if it is one, frozen or not', () => {
    const frozen = Object.freeze(new Error('cold'));
    expect(toError(frozen)).toBe(frozen);
  });
});
