import { StoredMessageCodec, toErrorRecord } from '@catga/core/engine';
import type { StoredDeadLetter } from '@catga/core/engine';
import { z } from 'zod';

const headSchema = z.object({
  id: z.string(),
  subscription: z.string(),
  failure: z.object({
    error: z.unknown(),
    attempts: z.number(),
    nodeId: z.string(),
    leftOut: z.number().exactOptional(),
    failedAt: z.iso.datetime().transform((text) => new Date(text)),
  }),
});

/** Before the head: its length. */
const PREFIX_BYTES = 4;

const codec = new StoredMessageCodec();

/** What is told of a letter as JSON, after its length, then the message as the log keeps it. */
export function encodeDeadLetter({ id, subscription, failure, stored }: StoredDeadLetter): Buffer {
  const head = Buffer.from(JSON.stringify({ id, subscription, failure }));
  const length = Buffer.allocUnsafe(PREFIX_BYTES);
  length.writeUInt32BE(head.byteLength);
  return Buffer.concat([length, head, codec.encode(stored)]);
}

/** Undefined for what is no letter: keys are open to whoever may write to them. */
export function decodeDeadLetter(bytes: Buffer): StoredDeadLetter | undefined {
  try {
    const messageAt = PREFIX_BYTES + bytes.readUInt32BE(0);
    const head = headSchema.parse(JSON.parse(bytes.toString('utf8', PREFIX_BYTES, messageAt)));
    const error = toErrorRecord(head.failure.error);
    if (error === undefined) return undefined;
    const failure = { ...head.failure, error };
    const stored = codec.decode(new Uint8Array(bytes.subarray(messageAt)));
    return { id: head.id, subscription: head.subscription, failure, stored };
  } catch {
    return undefined;
  }
}
