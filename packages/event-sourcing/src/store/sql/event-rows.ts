import type { SqlParameter, SqlRow } from '@catga/sql';
import type { NewEvent, RecordedEvent } from '../event-store.js';
import { checkpointOf } from './sql-checkpoint.js';

/** Columns of a new event, with the types of their arrays. */
export const COLUMNS = {
  name: 'text',
  serializer: 'text',
  body: 'bytea',
  headers: 'text',
  decision: 'text',
  decision_size: 'int',
  decision_result: 'bytea',
} as const;

/** Values of {@link COLUMNS}, in their order. */
export function valuesOf({ name, serializer, body, headers, decision }: NewEvent): readonly SqlParameter[] {
  return [
    name,
    serializer,
    body,
    JSON.stringify(headers),
    decision?.id ?? null,
    decision?.size ?? null,
    decision?.result ?? null,
  ];
}

/** Selected columns of an event. */
export const SELECTED = `stream, version::float8 AS version, epoch, tx::text AS tx, position::text AS position,
  name, serializer, body, headers::text AS headers, decision, decision_size, decision_result,
  (extract(epoch FROM recorded_at) * 1000)::float8 AS recorded_at`;

interface EventRow {
  readonly stream: string;
  readonly version: number;
  readonly epoch: number;
  readonly tx: string;
  readonly position: string;
  readonly name: string;
  readonly serializer: string;
  readonly body: Uint8Array;
  readonly headers: string;
  readonly decision: string | null;
  readonly decision_size: number | null;
  readonly decision_result: Uint8Array | null;
  readonly recorded_at: number;
}

/** Maps a selected row to an event. */
export function eventOf(selected: SqlRow): RecordedEvent {
  const row = selected as SqlRow & EventRow;
  const { stream, version, name, serializer, body, decision: id, decision_size: size } = row;
  const result = row.decision_result;
  return {
    stream,
    version,
    checkpoint: checkpointOf(row),
    name,
    serializer,
    body,
    headers: JSON.parse(row.headers) as RecordedEvent['headers'],
    recordedAt: new Date(row.recorded_at),
    ...(id !== null && { decision: { id, size: size ?? 1, ...(result !== null && { result }) } }),
  };
}
