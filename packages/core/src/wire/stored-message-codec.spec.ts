import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaError } from '../errors/catga-error.js';
import { recordOf } from '../errors/error-record.js';
import type { StoredMessage } from '../ports/stored-message.js';
import { StoredMessageCodec } from './stored-message-codec.js';

const text = fc.string({ unit: 'grapheme' });
const moment = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const bytes = fc.uint8Array({ maxLength: 200 });
const headerName = text.filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name));

const failure = fc.record(
  {
    error: fc
      .record({
        name: text,
        message: text,
        code: fc.option(fc.oneof(text, fc.integer()), { nil: undefined }),
        cause: fc.option(fc.record({ name: text, message: text }), { nil: undefined }),
        errors: fc.option(fc.array(fc.record({ name: text, message: text }), { maxLength: 3 }), {
          nil: undefined,
        }),
      })
      .map(recordOf),
    attempts: fc.nat(),
    nodeId: text,
    failedAt: fc.nat({ max: 8.64e15 }).map((ms) => new Date(ms)),
    leftOut: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  },
  { requiredKeys: ['error', 'attempts', 'nodeId', 'failedAt'] },
);

const storedMessage: fc.Arbitrary<StoredMessage> = fc.record({
  messageId: text,
  name: text,
  kind: fc.constantFrom('event' as const, 'command' as const),
  body: bytes,
  serializer: text,
  headers: fc.dictionary(headerName, text, { noNullPrototype: true }),
  key: fc.option(text, { nil: undefined }),
  correlationId: text,
  causationId: fc.option(text, { nil: undefined }),
  originNodeId: text,
  sentAtMs: moment,
  history: fc.array(failure, { maxLength: 3 }),
});

/** The decoded message, or the error. */
function read(input: Uint8Array): unknown {
  try {
    return new StoredMessageCodec().decode(input);
  } catch (thrown) {
    return thrown;
  }
}

function isFair(outcome: unknown): boolean {
  if (!(outcome instanceof Error)) return true;
  return outcome instanceof CatgaError && ['CATGA_SERIALIZATION', 'CATGA_UNSUPPORTED'].includes(outcome.code);
}

describe('a stored message', () => {
  it('is read as it was written', () => {
    const codec = new StoredMessageCodec();
    fc.assert(
      fc.property(storedMessage, (message) => {
        const decoded = codec.decode(codec.encode(message));
        expect({ ...decoded, body: [...decoded.body] }).toEqual({ ...message, body: [...message.body] });
      }),
    );
  });

  it('is read or refused whatever the bytes are', () => {
    fc.assert(fc.property(bytes, (input) => isFair(read(input))));
    const beginning = Uint8Array.of(0x43, 0x4d, 1);
    fc.assert(fc.property(bytes, (input) => isFair(read(Buffer.concat([beginning, input])))));
  });

  it('is read or refused when bytes of it are lost or changed', () => {
    const codec = new StoredMessageCodec();
    fc.assert(
      fc.property(storedMessage, fc.nat(), fc.nat({ max: 255 }), fc.nat(), (message, at, byte, end) => {
        const changed = Uint8Array.from(codec.encode(message));
        changed[at % changed.length] = byte;
        return isFair(read(changed)) && isFair(read(changed.subarray(0, end % changed.length)));
      }),
    );
  });

  it('has bytes of its own, which the next one does not change', () => {
    const codec = new StoredMessageCodec();
    const one = fc.sample(storedMessage, 1)[0]!;
    const encoded = codec.encode(one);
    const before = [...encoded];
    codec.encode({ ...one, messageId: 'another', body: new Uint8Array(100_000).fill(7) });
    expect([...encoded]).toEqual(before);
  });

  it('brings no header that reaches the prototype of an object', () => {
    const codec = new StoredMessageCodec();
    const [message] = fc.sample(storedMessage, 1);
    const headers = JSON.parse('{"__proto__":"x","constructor":"y","fine":"z"}') as Record<string, string>;
    expect(codec.decode(codec.encode({ ...message!, headers })).headers).toEqual({ fine: 'z' });
  });
});
