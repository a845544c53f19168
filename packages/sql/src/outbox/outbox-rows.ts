import { StoredMessageCodec, murmurHash, slotOf } from '@catga/core/outbox';
import type { DeadLetterFailure, OutboxEntry, OutboxMessage } from '@catga/core/outbox';
import type { SqlParameter, SqlRow } from '../database/sql-executor.js';

/** A place in the outbox: slot and position, `slot.position` in the ids of entries. */
export interface OutboxPlace {
  readonly slot: number;
  readonly position: string;
}

export function idOf({ slot, position }: OutboxPlace): string {
  return `${slot}.${position}`;
}

/** Parses an id; undefined if it is not one of this outbox. */
export function placeOf(id: string): OutboxPlace | undefined {
  const [, slot, position] = /^(\d{1,4})\.(\d{1,19})$/.exec(id) ?? [];
  return slot === undefined || position === undefined ? undefined : { slot: Number(slot), position };
}

/** Row of a message to insert. */
export interface OutboxRow {
  readonly outgoing: OutboxMessage;
  readonly slot: number;
  /** Hash of its key. */
  readonly keyHash: number | null;
  /** The encoded message, with its body. */
  readonly bytes: Uint8Array;
}

/** Inserted columns, with their types. Keep them few: each costs time per message. */
export const COLUMNS = { slot: 'int', key_hash: 'int', message: 'bytea', delay_ms: 'float8' } as const;

/** Columns of an entry, cast to types that all libraries return alike. */
export const SELECTED =
  'slot::int AS slot, position::text AS position, message, delay_ms, failure::text AS failure';

const codec = new StoredMessageCodec();

/** Throws `CATGA_SERIALIZATION` for a message that cannot be encoded. */
export function rowOf(outgoing: OutboxMessage): OutboxRow {
  const { message } = outgoing;
  return {
    outgoing,
    slot: slotOf(outgoing),
    keyHash: message.key === undefined ? null : keyHashOf(message.key),
    bytes: codec.encode(message),
  };
}

/** Hash of a key, as a signed `integer` of the database. */
export function keyHashOf(key: string): number {
  return murmurHash(key) | 0;
}

/** Values of a row, in the order of {@link COLUMNS}. */
export function valuesOf({ outgoing, slot, keyHash, bytes }: OutboxRow): readonly SqlParameter[] {
  return [slot, keyHash, bytes, outgoing.delayMs ?? null];
}

export function entryOf(row: SqlRow): OutboxEntry {
  const {
    message,
    delay_ms: delayMs,
    failure,
  } = row as {
    readonly message: Uint8Array;
    readonly delay_ms: number | null;
    readonly failure: string | null;
  };
  return {
    id: idOf(row as unknown as OutboxPlace),
    message: codec.decode(message),
    ...(delayMs !== null && { delayMs }),
    ...(failure !== null && { failure: failureOf(JSON.parse(failure) as object) }),
  };
}

function failureOf(stored: object): DeadLetterFailure {
  const { failedAt, ...failure } = stored as DeadLetterFailure;
  return { ...failure, failedAt: new Date(failedAt) };
}
