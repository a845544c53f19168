import { describe, expect, it } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Codec } from './codec.js';
import { json } from './json-serializer.js';
import { checkHeaders } from './limits.js';
import { fromStoredMessage, toStoredMessage } from './message-codec.js';

class Moved {
  constructor(
    readonly from: string,
    readonly to: string,
  ) {
    if (arguments.length !== 2) throw new Error('the constructor must not run');
  }
  get way(): string {
    return `${this.from} to ${this.to}`;
  }
}

const limits = { maxPayloadBytes: 30, maxHeaderBytes: 10 };
const codec = new Codec(json(), limits);
const type = describeMessage(Moved);
const facts = {
  messageId: 'm1',
  headers: {},
  key: undefined,
  correlationId: 'm1',
  causationId: undefined,
  originNodeId: 'n',
  sentAtMs: 0,
};

describe('what becomes bytes', () => {
  it('is refused if it is larger than limits.maxPayloadBytes, by bytes and not by letters', () => {
    expect(codec.encode('Text', 'x'.repeat(28))).toHaveLength(30);
    expect(() => codec.encode('Text', 'x'.repeat(29))).toThrow(
      expect.objectContaining({
        code: 'CATGA_PAYLOAD_TOO_LARGE',
        details: { name: 'Text', bytes: 31, maxPayloadBytes: 30 },
      }),
    );
    expect(() => codec.encode('Text', 'ü'.repeat(15))).toThrow(/32 bytes/);
  });

  it('is refused with its name if the serializer cannot carry it', () => {
    const refusal = { code: 'CATGA_SERIALIZATION', retryable: false, details: { name: 'Count' } };
    expect(() => codec.encode('Count', 1n)).toThrow(expect.objectContaining(refusal));
    expect(() => codec.decode('Count', new Uint8Array([1]))).toThrow(expect.objectContaining(refusal));
  });

  it('by another serializer is refused instead of misread', () => {
    expect(() => codec.decode('Text', codec.encode('Text', 'x'), 'msgpack')).toThrow(/'msgpack'.*'json'/);
    expect(codec.decode('Text', codec.encode('Text', 'x'), 'json')).toBe('x');
  });
});

describe('headers', () => {
  it('are limited together, names and values, by bytes', () => {
    expect(() => checkHeaders(limits, 'Moved', { ab: 'cde', fg: 'hij' })).not.toThrow();
    expect(() => checkHeaders(limits, 'Moved', { ab: 'cde', fg: 'hijk' })).toThrow(
      expect.objectContaining({ code: 'CATGA_PAYLOAD_TOO_LARGE' }),
    );
    expect(() => checkHeaders(limits, 'Moved', { a: 'ü'.repeat(5) })).toThrow(/11 bytes/);
  });

  it('must be text', () => {
    expect(() => checkHeaders(limits, 'Moved', { a: 1 as never })).toThrow(/Header 'a' of Moved is not text/);
  });
});

describe('a stored message', () => {
  it('becomes an instance of its class again without its constructor', () => {
    const stored = toStoredMessage(codec, type, new Moved('a', 'b'), facts);
    expect(stored).toMatchObject({ name: 'Moved', kind: 'event', serializer: 'json', history: [], ...facts });
    const message = fromStoredMessage(codec, type, stored);
    expect(message).toBeInstanceOf(Moved);
    expect((message as Moved).way).toBe('a to b');
  });

  it('is refused before it is stored if its headers are too large', () => {
    expect(() =>
      toStoredMessage(codec, type, new Moved('', ''), { ...facts, headers: { a: 'x'.repeat(10) } }),
    ).toThrow(/headers of Moved/);
  });

  it.each(['1', 'null', '[]', '"text"'])('is refused if its body is %s, which is no message', (content) => {
    const stored = {
      ...toStoredMessage(codec, type, new Moved('a', 'b'), facts),
      body: Buffer.from(content),
    };
    expect(() => fromStoredMessage(codec, type, stored)).toThrow(/body of Moved is not an object/);
  });
});
