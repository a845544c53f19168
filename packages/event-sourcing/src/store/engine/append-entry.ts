import { createHash } from 'node:crypto';
import { CatgaError } from '@catga/nestjs';
import type { NewStreamEntry, StreamEntry } from '@catga/core/engine';
import type { NewEvent, RecordedEvent } from '../event-store.js';
import { checkpointOf } from './engine-checkpoint.js';

/** First byte of a body: the format version. */
const FORMAT = 1;
/** Length of the prefix: the format, and the length of the description of the events. */
const PREFIX_BYTES = 5;

/** Description of an event: name, serializer, headers, length of the body; id, size and result length of its decision. */
type EventLine = readonly [
  name: string,
  serializer: string,
  headers: NewEvent['headers'],
  bytes: number,
  decision?: readonly [id: string, size: number, resultBytes?: number],
];

interface Description {
  readonly stream: string;
  readonly events: readonly EventLine[];
}

/** Head of an append, readable without its events. */
export interface AppendHead {
  /** Version of the stream after it. */
  readonly version: number;
  /** Number of its events. */
  readonly size: number;
  /** Digests of the ids of its decisions. */
  readonly decisions: readonly string[];
}

/**
 * Encodes an append as one entry, so that its events are stored atomically.
 * @param version version of the stream after the append
 */
export function entryOf(stream: string, events: readonly NewEvent[], version: number): NewStreamEntry {
  const parts: Uint8Array[] = [];
  const lines = events.map((event): EventLine => lineOf(event, parts));
  const description = Buffer.from(JSON.stringify({ stream, events: lines } satisfies Description));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt8(FORMAT, 0);
  prefix.writeUInt32BE(description.byteLength, 1);
  const digests = events.flatMap(({ decision }) => (decision === undefined ? [] : [digestOf(decision.id)]));
  return {
    head: [version, events.length, ...digests].join(' '),
    body: Buffer.concat([prefix, description, ...parts]),
  };
}

/** Digest of the id of a decision. */
export function digestOf(decision: string): string {
  return createHash('sha256').update(decision).digest('base64url').slice(0, 22);
}

export function headOf({ head, position }: Pick<StreamEntry, 'head' | 'position'>): AppendHead {
  const [version, size, ...decisions] = head.split(' ');
  const found = { version: Number(version), size: Number(size), decisions };
  if (Number.isSafeInteger(found.version) && found.size >= 1 && found.size <= found.version) return found;
  throw unreadable(position);
}

/** Decodes the events of an entry. `CATGA_SERIALIZATION` for an entry that is not an append. */
export function eventsOf(entry: StreamEntry, identity: string): RecordedEvent[] {
  const { body, position, storedAtMs } = entry;
  const { version, size } = headOf(entry);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const { stream, events } = describedIn(bytes, position);
  let at = PREFIX_BYTES + bytes.readUInt32BE(1);
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.byteLength) throw unreadable(position);
    return bytes.subarray(at, (at += count));
  };
  const recordedAt = new Date(storedAtMs);
  return events.map(([name, serializer, headers, length, decision], index) => {
    const eventBody = take(length);
    return {
      stream,
      version: version - size + index + 1,
      checkpoint: checkpointOf(
        index + 1 === size
          ? { identity, position: position + 1, taken: 0 }
          : { identity, position, taken: index + 1 },
      ),
      name,
      serializer,
      headers,
      body: eventBody,
      recordedAt,
      ...(decision !== undefined && {
        decision: {
          id: decision[0],
          size: decision[1],
          ...(decision[2] !== undefined && { result: take(decision[2]) }),
        },
      }),
    };
  });
}

function lineOf({ name, serializer, headers, body, decision }: NewEvent, parts: Uint8Array[]): EventLine {
  parts.push(body);
  const bytes = body.byteLength;
  if (decision === undefined) return [name, serializer, headers, bytes];
  const { id, size, result } = decision;
  if (result === undefined) return [name, serializer, headers, bytes, [id, size]];
  parts.push(result);
  return [name, serializer, headers, bytes, [id, size, result.byteLength]];
}

function describedIn(bytes: Buffer, position: number): Description {
  try {
    if (bytes.readUInt8(0) !== FORMAT) throw unreadable(position);
    const end = PREFIX_BYTES + bytes.readUInt32BE(1);
    return JSON.parse(bytes.toString('utf8', PREFIX_BYTES, end)) as Description;
  } catch (cause) {
    throw unreadable(position, cause);
  }
}

function unreadable(position: number, cause?: unknown): CatgaError {
  return new CatgaError(
    'CATGA_SERIALIZATION',
    `The entry ${position} of the event store is not an append that this version can read.`,
    { details: { position }, cause },
  );
}
