import { describe, expect, it } from '@jest/globals';
import { describeMessage } from '../contracts/message-type.js';
import { Codec } from './codec.js';
import { json } from './json-serializer.js';
import { encodeMessageBody, messageFromRecord } from './message-codec.js';
import { msgpack } from './msgpack/msgpack-serializer.js';

class Odd {
  constructor(readonly encoded: unknown) {}
  toJSON(): unknown {
    return this.encoded;
  }
}
class List extends Array<number> {}
class Text extends String {}

const limits = { maxPayloadBytes: 10_000, maxHeaderBytes: 1_000 };

describe.each([json(), msgpack()])('a message over $name', (serializer) => {
  const codec = new Codec(serializer, limits);

  it.each([
    ...['text', 7, null, undefined, [1], true].map((encoded) => new Odd(encoded)),
    new List(1, 2),
    new Text('text'),
  ])('is refused if no receiver could read it: %j', (message) => {
    const type = describeMessage(message.constructor as never);
    const refusal = expect.objectContaining({ code: 'CATGA_SERIALIZATION' });
    expect(() => encodeMessageBody(codec, type, message)).toThrow(refusal);
  });

  it('may have a toJSON that gives other fields', () => {
    const type = describeMessage(Odd);
    const body = encodeMessageBody(codec, type, new Odd({ encoded: 1 }));
    expect(messageFromRecord(codec, type, { body })).toEqual(new Odd(1));
  });

  it('gets its fields past setters, getters and the prototype', () => {
    class Guarded {
      fields = 1;
      get half(): number {
        return this.fields / 2;
      }
      set secret(_value: unknown) {
        throw new Error('a setter ran');
      }
    }
    const body = codec.encodeBody('Guarded', { fields: 4, secret: 'x', half: 1 });
    const message = messageFromRecord(codec, describeMessage(Guarded), { body }) as Guarded;
    expect(Object.getPrototypeOf(message)).toBe(Guarded.prototype);
    expect(Object.getOwnPropertyDescriptor(message, 'secret')?.value).toBe('x');
    expect(message.half).toBe(1);
  });
});
