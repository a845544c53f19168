import { slotOf } from '@catga/core/outbox';
import type { DeadLetterFailure, OutboxEntry, OutboxMessage } from '@catga/core/outbox';
import type { SqlParameter, SqlRow } from '../database/sql-executor.js';
import { fromDatabaseText, toDatabaseText } from './database-text.js';

/** A place in the outbox: slot and position, `slot.position` in the ids of entries. */
export interface OutboxPlace {
  readonly slot: number;
  readonly position: string;
}

export function idOf({ slot, position }: OutboxPlace): string {
  return `${slot}.${position}`;
}

/** Undefined for what is no id of this outbox. */
export function placeOf(id: string): OutboxPlace | undefined {
  const [, slot, position] = /^(\d{1,4})\.(\d{1,19})$/.exec(id) ?? [];
  return slot === undefined || position === undefined ? undefined : { slot: Number(slot), position };
}

/** Columns that are inserted, with their types. */
export const COLUMNS = {
  slot: 'int',
  message_id: 'text',
  name: 'text',
  kind: 'text',
  key: 'text',
  headers: 'text',
  serializer: 'text',
  body: 'bytea',
  correlation_id: 'text',
  causation_id: 'text',
  origin_node_id: 'text',
  history: 'text',
  sent_at: 'float8',
  delay_ms: 'float8',
} as const;

/** Columns of an entry, as every library returns them alike. */
export const SELECTED = `slot::int AS slot, position::text AS position, message_id, name, kind, key, headers::text AS headers,
  serializer, body, correlation_id, causation_id, origin_node_id, history::text AS history, sent_at, delay_ms,
  failure::text AS failure`;

/** Values of one message, in the order of {@link COLUMNS}. */
export function valuesOf(outgoing: OutboxMessage): readonly SqlParameter[] {
  const { message, delayMs } = outgoing;
  const text = (value: string | undefined): string | null =>
    value === undefined ? null : toDatabaseText(value);
  return [
    slotOf(outgoing),
    text(message.messageId),
    text(message.name),
    message.kind,
    text(message.key),
    JSON.stringify(message.headers),
    text(message.serializer),
    message.body,
    text(message.correlationId),
    text(message.causationId),
    text(message.originNodeId),
    message.history.length === 0 ? null : JSON.stringify(message.history),
    message.sentAtMs,
    delayMs ?? null,
  ];
}

export function entryOf(row: SqlRow): OutboxEntry {
  const {
    slot,
    position,
    message_id: messageId,
    name,
    kind,
    key,
    headers,
    serializer,
    body,
    correlation_id: correlationId,
    causation_id: causationId,
    origin_node_id: originNodeId,
    history,
    sent_at: sentAtMs,
    delay_ms: delayMs,
    failure,
  } = row as Record<string, string | null> & {
    readonly slot: number;
    readonly body: Uint8Array;
    readonly sent_at: number;
    readonly delay_ms: number | null;
  };
  const text = (value: string | null | undefined): string => fromDatabaseText(value ?? '');
  const optional = (value: string | null | undefined): string | undefined =>
    value === null || value === undefined ? undefined : fromDatabaseText(value);
  return {
    id: idOf({ slot, position: position ?? '' }),
    message: {
      messageId: text(messageId),
      name: text(name),
      kind: kind === 'command' ? 'command' : 'event',
      body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength),
      serializer: text(serializer),
      headers: JSON.parse(headers ?? '{}') as Record<string, string>,
      key: optional(key),
      correlationId: text(correlationId),
      causationId: optional(causationId),
      originNodeId: text(originNodeId),
      sentAtMs,
      history:
        history === null || history === undefined ? [] : (JSON.parse(history) as object[]).map(failureOf),
    },
    ...(delayMs !== null && { delayMs }),
    ...(failure !== null && failure !== undefined && { failure: failureOf(JSON.parse(failure) as object) }),
  };
}

function failureOf(stored: object): DeadLetterFailure {
  const { failedAt, ...failure } = stored as DeadLetterFailure;
  return { ...failure, failedAt: new Date(failedAt) };
}
