import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { CatgaErrorCode } from '../errors/error-catalogue.js';
import type { NodeAddress } from '../ports/links.js';
import type { AnyRecord } from './frame.fixture.js';
import { headerOf, recordsOf, writeFrame } from './frame.fixture.js';

type BodyAsText = { readonly bodyText: string } | { readonly bodyHex: string };
type WithoutBody<Record> = Record extends { readonly body: Uint8Array }
  ? Omit<Record, 'body'> & BodyAsText
  : Record;

/** Frame with its decoded content. Absent fields are left out. */
interface FrameVector {
  readonly description: string;
  readonly hex: string;
  readonly header: {
    readonly serializer: string;
    readonly sender: NodeAddress;
    readonly receiverIncarnation: number;
    readonly sequence: number;
    readonly acknowledged: number;
    readonly acknowledgedCount: number;
  };
  readonly records: readonly WithoutBody<AnyRecord>[];
}

/** Bytes that are not a valid frame, with the expected error. */
interface RefusedVector {
  readonly description: string;
  readonly hex: string;
  readonly error: CatgaErrorCode;
}

const folder = new URL('../../test-vectors/', import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), 'utf8'));

const vectors = readdirSync(new URL('frames/', folder)).map((file): [string, FrameVector] => [
  file,
  readJson(`frames/${file}`) as FrameVector,
]);
const refused = (readJson('refused-frames.json') as { readonly frames: readonly RefusedVector[] }).frames;

function bodyOf(record: BodyAsText): Uint8Array {
  return Uint8Array.from(
    'bodyHex' in record ? Buffer.from(record.bodyHex, 'hex') : Buffer.from(record.bodyText),
  );
}

function recordOf(written: WithoutBody<AnyRecord>): AnyRecord {
  if (written.kind === 'cancel') return written;
  const { bodyText: _text, bodyHex: _hex, ...record } = { bodyText: '', bodyHex: '', ...written };
  return { remainingMs: undefined, ...record, body: bodyOf(written) } as AnyRecord;
}

describe.each(vectors)('the test vector %s', (_, { hex, header, records }) => {
  const { receiverIncarnation, ...facts } = header;

  it('is what is written', () => {
    const receiver = { nodeId: 'the id is not in the frame', incarnation: receiverIncarnation };
    const frame = writeFrame(records.map(recordOf), { ...facts, receiver });
    expect(Buffer.from(frame).toString('hex')).toBe(hex);
  });

  it('is read as what it says', () => {
    const frame = Buffer.from(hex, 'hex');
    expect(headerOf(frame)).toMatchObject(header);
    expect(recordsOf(frame)).toEqual(records.map(recordOf));
  });
});

describe('the test vectors of frames to refuse', () => {
  it.each(refused.map(({ description, hex, error }) => [description, error, hex]))(
    'refuses %s with %s',
    (_, error, hex) => {
      expect(() => recordsOf(Buffer.from(hex, 'hex'))).toThrow(expect.objectContaining({ code: error }));
    },
  );
});
