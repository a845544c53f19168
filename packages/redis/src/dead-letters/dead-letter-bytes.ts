import { StoredMessageCodec, factsOfDeadLetter, toErrorRecord } from '@catga/core/engine';
import type { DeadLetterFacts, StoredDeadLetter } from '@catga/core/engine';
import { z } from 'zod';

const factsSchema = z.object({
  id: z.string(),
  subscription: z.string(),
  messageId: z.string(),
  name: z.string(),
  errorCode: z.string().optional(),
  failedAtMs: z.number(),
});

const failureSchema = z.object({
  error: z.unknown(),
  attempts: z.number(),
  nodeId: z.string(),
  leftOut: z.number().exactOptional(),
  failedAt: z.iso.datetime().transform((text) => new Date(text)),
});

/** Length field before each of the two texts. */
const PREFIX_BYTES = 4;

const codec = new StoredMessageCodec();

/** Encodes a letter: length and JSON of the filterable fields, length and JSON of the failure, the stored message. */
export function encodeDeadLetter(letter: StoredDeadLetter): Buffer {
  const { failure, stored } = letter;
  return Buffer.concat([
    ...prefixed(JSON.stringify(factsOfDeadLetter(letter))),
    ...prefixed(JSON.stringify(failure)),
    codec.encode(stored),
  ]);
}

/** Decodes a letter; undefined if it is invalid, since any client may write there. */
export function decodeDeadLetter(bytes: Buffer): StoredDeadLetter | undefined {
  try {
    const [facts, failureAt] = textAt(bytes, 0);
    const [failureText, messageAt] = textAt(bytes, failureAt);
    const { id, subscription } = factsSchema.parse(JSON.parse(facts));
    const failure = failureSchema.parse(JSON.parse(failureText));
    const error = toErrorRecord(failure.error);
    if (error === undefined) return undefined;
    const stored = codec.decode(new Uint8Array(bytes.subarray(messageAt)));
    return { id, subscription, failure: { ...failure, error }, stored };
  } catch {
    return undefined;
  }
}

/** Decodes the filterable fields only; undefined if they are invalid. */
export function decodeDeadLetterFacts(text: Buffer): DeadLetterFacts | undefined {
  try {
    return factsSchema.parse(JSON.parse(text.toString()));
  } catch {
    return undefined;
  }
}

function prefixed(text: string): [Buffer, Buffer] {
  const bytes = Buffer.from(text);
  const length = Buffer.allocUnsafe(PREFIX_BYTES);
  length.writeUInt32BE(bytes.byteLength);
  return [length, bytes];
}

/** Reads a text and its end offset. */
function textAt(bytes: Buffer, at: number): [string, number] {
  const start = at + PREFIX_BYTES;
  const end = start + bytes.readUInt32BE(at);
  return [bytes.toString('utf8', start, end), end];
}
