import type { StoredDeadLetter, StoredMessage } from '@catga/core/engine';
import { z } from 'zod';

/** The layout of what follows; another one is not misread. */
const LAYOUT = 1;
/** Before the head: the layout, the length of the head. */
const PREFIX_BYTES = 5;

/** How one series of attempts ended, as JSON. */
export const failureSchema = z.object({
  error: z.object({ name: z.string(), message: z.string(), code: z.string().optional() }),
  attempts: z.number(),
  nodeId: z.string(),
  failedAt: z.iso.datetime().transform((text) => new Date(text)),
});
const headSchema = z.object({
  messageId: z.string(),
  name: z.string(),
  kind: z.enum(['event', 'command']),
  serializer: z.string(),
  headers: z.record(z.string(), z.string()),
  key: z.string().optional(),
  correlationId: z.string(),
  causationId: z.string().optional(),
  originNodeId: z.string(),
  sentAtMs: z.number(),
  history: z.array(failureSchema),
});

/** A message at rest: what is told of it as JSON, then its body as it is. */
export function encodeStoredMessage({ body, ...head }: StoredMessage): Buffer {
  const text = JSON.stringify(head);
  const headBytes = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + headBytes + body.byteLength);
  bytes[0] = LAYOUT;
  bytes.writeUInt32BE(headBytes, 1);
  bytes.write(text, PREFIX_BYTES);
  bytes.set(body, PREFIX_BYTES + headBytes);
  return bytes;
}

/** Undefined for what is no message: keys are open to whoever may write to them. */
export function decodeStoredMessage(bytes: Buffer): StoredMessage | undefined {
  if (bytes.byteLength < PREFIX_BYTES || bytes[0] !== LAYOUT) return undefined;
  const bodyAt = PREFIX_BYTES + bytes.readUInt32BE(1);
  if (bodyAt > bytes.byteLength) return undefined;
  const { data: head } = headSchema.safeParse(parsed(bytes.toString('utf8', PREFIX_BYTES, bodyAt)));
  if (head === undefined) return undefined;
  const { key, causationId, ...rest } = head;
  const history = head.history.map(toFailure);
  return { ...rest, key, causationId, history, body: new Uint8Array(bytes.subarray(bodyAt)) };
}

/** Without a code rather than with none. */
export function toFailure({ error, ...facts }: z.infer<typeof failureSchema>): StoredDeadLetter['failure'] {
  const { name, message, code } = error;
  return { ...facts, error: { name, message, ...(code !== undefined && { code }) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
