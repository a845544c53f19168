import { crc32 } from 'node:zlib';
import type { OutboxEntry, OutboxMessage, StoredMessage } from '@catga/core';

type Failure = StoredMessage['history'][number];
type FailureOnDisk = Omit<Failure, 'failedAt'> & { readonly failedAt: string };

interface Facts {
  readonly message: Omit<StoredMessage, 'body' | 'history'> & { readonly history: readonly FailureOnDisk[] };
  readonly delayMs?: number;
  readonly failure?: FailureOnDisk;
}

/** Size of the head: checksum, and length of the metadata. */
const HEAD_BYTES = 8;

/** Encodes a record: CRC-32 of what follows, length of the metadata, metadata in JSON, body; numbers are 32 bits, big-endian. */
export function encodeRecord({
  message: { body, ...message },
  delayMs,
  failure,
}: OutboxMessage & Pick<OutboxEntry, 'failure'>): Uint8Array {
  const facts = Buffer.from(JSON.stringify({ message, delayMs, failure }));
  const record = Buffer.alloc(HEAD_BYTES + facts.length + body.length);
  record.writeUInt32BE(facts.length, 4);
  record.set(facts, HEAD_BYTES);
  record.set(body, HEAD_BYTES + facts.length);
  record.writeUInt32BE(crc32(record.subarray(4)), 0);
  return record;
}

/** Decodes a record. Throws if it is corrupt. */
export function decodeRecord(id: string, bytes: Uint8Array): OutboxEntry {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record.length < HEAD_BYTES || record.readUInt32BE(0) !== crc32(record.subarray(4)))
    throw new Error(`record ${id} fails its checksum`);
  const bodyStart = HEAD_BYTES + record.readUInt32BE(4);
  const { message, delayMs, failure } = JSON.parse(record.toString('utf8', HEAD_BYTES, bodyStart)) as Facts;
  return {
    id,
    message: {
      ...message,
      key: message.key,
      causationId: message.causationId,
      history: message.history.map(revive),
      body: new Uint8Array(record.subarray(bodyStart)),
    },
    ...(delayMs !== undefined && { delayMs }),
    ...(failure !== undefined && { failure: revive(failure) }),
  };
}

function revive(failure: FailureOnDisk): Failure {
  return { ...failure, failedAt: new Date(failure.failedAt) };
}
