import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { CatgaErrorCode } from '../errors/error-catalogue.js';
import type { StoredMessage } from '../ports/stored-message.js';
import { StoredMessageCodec } from './stored-message-codec.js';

/** Stored message and its bytes. Absent fields are left out. */
interface StoredVector {
  readonly description: string;
  readonly hex: string;
  readonly message: Omit<StoredMessage, 'body' | 'history'> & {
    readonly bodyText?: string;
    readonly bodyHex?: string;
    readonly history?: readonly (Omit<StoredMessage['history'][number], 'failedAt'> & {
      readonly failedAtMs: number;
    })[];
  };
}

const folder = new URL('../../test-vectors/', import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
const vectors = readdirSync(new URL('stored-messages/', folder)).map((file): [string, StoredVector] => [
  file,
  readJson(`stored-messages/${file}`) as StoredVector,
]);
const refused = readJson('refused-stored-messages.json') as {
  readonly messages: readonly {
    readonly description: string;
    readonly hex: string;
    readonly error: CatgaErrorCode;
  }[];
};

function messageOf({ message }: StoredVector): StoredMessage {
  const { bodyText = '', bodyHex, history = [], ...facts } = message;
  return {
    ...facts,
    key: facts.key,
    causationId: facts.causationId,
    body: new Uint8Array(bodyHex === undefined ? Buffer.from(bodyText) : Buffer.from(bodyHex, 'hex')),
    history: history.map(({ failedAtMs, ...failure }) => ({ ...failure, failedAt: new Date(failedAtMs) })),
  };
}

describe.each(vectors)('the test vector %s', (_, vector) => {
  const codec = new StoredMessageCodec();

  it('is what is written', () => {
    expect(Buffer.from(codec.encode(messageOf(vector))).toString('hex')).toBe(vector.hex);
  });

  it('is read as what it says', () => {
    expect(codec.decode(new Uint8Array(Buffer.from(vector.hex, 'hex')))).toEqual(messageOf(vector));
  });
});

describe('the test vectors of stored messages to refuse', () => {
  it.each(refused.messages.map(({ description, hex, error }) => [description, error, hex]))(
    'refuse %s with %s',
    (_, error, hex) => {
      const bytes = Buffer.from(hex, 'hex');
      expect(() => new StoredMessageCodec().decode(bytes)).toThrow(expect.objectContaining({ code: error }));
    },
  );
});
