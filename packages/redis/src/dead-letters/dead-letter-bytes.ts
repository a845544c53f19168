import type { StoredDeadLetter } from '@catga/core/engine';
import { z } from 'zod';
import {
  decodeStoredMessage,
  encodeStoredMessage,
  failureSchema,
  toFailure,
} from '../log/stored-message-bytes.js';

const headSchema = z.object({ id: z.string(), subscription: z.string(), failure: failureSchema });

/** What is told of a letter as JSON, after its length, then the message as the log keeps it. */
export function encodeDeadLetter({ id, subscription, failure, stored }: StoredDeadLetter): Buffer {
  const head = Buffer.from(JSON.stringify({ id, subscription, failure }));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(head.byteLength);
  return Buffer.concat([length, head, encodeStoredMessage(stored)]);
}

/** Undefined for what is no letter. */
export function decodeDeadLetter(bytes: Buffer): StoredDeadLetter | undefined {
  if (bytes.byteLength < 4) return undefined;
  const messageAt = 4 + bytes.readUInt32BE(0);
  const stored = decodeStoredMessage(bytes.subarray(messageAt));
  const { data: head } = headSchema.safeParse(parsed(bytes.toString('utf8', 4, messageAt)));
  if (head === undefined || stored === undefined) return undefined;
  return { id: head.id, subscription: head.subscription, stored, failure: toFailure(head.failure) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
