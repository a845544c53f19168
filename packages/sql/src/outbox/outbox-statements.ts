import type {
  DeadLetterFailure,
  OutboxEntry,
  OutboxFilter,
  OutboxMessage,
  OutboxState,
} from '@catga/core/outbox';
import type { SqlExecutor, SqlParameter } from '../database/sql-executor.js';
import { toDatabaseText } from './database-text.js';
import { COLUMNS, SELECTED, entryOf, idOf, placeOf, valuesOf } from './outbox-rows.js';
import type { OutboxPlace } from './outbox-rows.js';

/** Maximum number and size of the messages of one INSERT. */
const MAX_ROWS = 1000;
const MAX_BYTES = 8 * 1024 * 1024;
/** Maximum size of the bodies that are read at once; at least one message is. */
const PAGE_BYTES = 8 * 1024 * 1024;

const names = Object.keys(COLUMNS);
const types = Object.values(COLUMNS);
const JSON_COLUMNS = new Set(['headers', 'history']);

/** Rows are inserted, and get their positions, in the order of the arrays. */
const INSERT = `INSERT INTO catga_outbox (namespace, ${names.join(', ')})
SELECT $1, m.slot, m.message_id, m.name, m.kind, m.key, m.headers::json, m.serializer, m.body, m.correlation_id,
  m.causation_id, m.origin_node_id, m.history::json, m.sent_at, m.delay_ms
FROM unnest(${types.map((type, at) => `$${at + 2}::${type}[]`).join(', ')})
  WITH ORDINALITY AS m (${names.join(', ')}, ordinal)
ORDER BY m.ordinal
RETURNING slot::int AS slot, position::text AS position`;

/** One row takes the database half the time of an array of one. */
const INSERT_ONE = `INSERT INTO catga_outbox (namespace, ${names.join(', ')})
VALUES ($1, ${names.map((name, at) => `$${at + 2}::${types[at]}${JSON_COLUMNS.has(name) ? '::json' : ''}`).join(', ')})
RETURNING slot::int AS slot, position::text AS position`;

/** The statement does not see its own rows: this is the last one that waited before them, and that the node does not know. */
const BEHIND = `, (SELECT max(earlier.position)::text FROM catga_outbox AS earlier
    WHERE earlier.namespace = catga_outbox.namespace AND left(earlier.key, 200) = left(catga_outbox.key, 200)
      AND earlier.key = catga_outbox.key AND earlier.key IS NOT NULL AND earlier.failure IS NULL
      AND earlier.position <> ALL($${names.length + 2}::bigint[])
  ) AS behind`;
/** Maximum number of known entries of one statement; beyond it the relay reads more than it has to. */
const MAX_KNOWN = 1000;

/**
 * Rows at places, each by the primary key: `OFFSET 0` keeps the planner from a join that reads the whole table, with all
 * that was deleted from it. Without statistics it takes the table for small.
 */
const ROWS_AT = `unnest($2::int[], $3::bigint[]) AS place (slot, position), LATERAL (
    SELECT ctid, slot, position FROM catga_outbox
    WHERE namespace = $1 AND slot = place.slot AND position = place.position OFFSET 0
  ) AS o`;

/** Statements of one namespace of the outbox. */
export class OutboxStatements {
  constructor(
    private readonly namespace: string,
    /** Ids of the entries of a key that this node is sending. */
    private readonly known: (key: string) => readonly string[],
  ) {}

  /**
   * Inserts messages, as few statements as possible.
   * @param executeLast executes the last one of them
   */
  async insert(
    on: SqlExecutor,
    messages: readonly OutboxMessage[],
    executeLast: SqlExecutor['execute'] = (sql, params) => on.execute(sql, params),
  ): Promise<readonly OutboxEntry[]> {
    const entries: OutboxEntry[] = [];
    for (let at = 0; at < messages.length;) {
      const chunk: OutboxMessage[] = [];
      for (let bytes = 0; at < messages.length && chunk.length < MAX_ROWS; at++) {
        const message = messages[at] as OutboxMessage;
        bytes += message.message.body.byteLength;
        if (chunk.length > 0 && bytes > MAX_BYTES) break;
        chunk.push(message);
      }
      const last = at === messages.length ? { execute: executeLast } : on;
      entries.push(...(await this.insertChunk(last, chunk)));
    }
    return entries;
  }

  /**
   * By slots, a page is read slot after slot, each by the primary key. In one go a planner without statistics, or with those
   * of an empty outbox, would read and sort all that waits for every page.
   */
  async list(
    on: SqlExecutor,
    state: OutboxState,
    limit: number,
    after: string | undefined,
    { slots, key, olderThanMs }: OutboxFilter,
  ): Promise<readonly OutboxEntry[]> {
    const params: SqlParameter[] = [this.namespace];
    const param = (value: SqlParameter, type: string): string => `$${params.push(value)}::${type}`;
    const where = ['o.namespace = $1', `o.failure IS ${state === 'parked' ? 'NOT ' : ''}NULL`];
    const place = after === undefined ? undefined : placeOf(after);
    if (key !== undefined) {
      const value = param(toDatabaseText(key), 'text');
      where.push(`left(o.key, 200) = left(${value}, 200) AND o.key = ${value} AND o.key IS NOT NULL`);
    }
    if (olderThanMs !== undefined)
      where.push(
        `o.added_at < clock_timestamp() - ${param(olderThanMs, 'float8')} * interval '1 millisecond'`,
      );
    const most = param(limit, 'int');
    let page: string;
    if (slots === undefined) {
      if (place !== undefined) where.push(`o.position > ${param(place.position, 'bigint')}`);
      page = `SELECT o.* FROM catga_outbox AS o WHERE ${where.join(' AND ')} ORDER BY o.position LIMIT ${most}`;
    } else {
      const from = place ?? { slot: -1, position: '0' };
      const wanted = param(
        slots.filter((slot) => slot >= from.slot).toSorted((one, other) => one - other),
        'int[]',
      );
      where.push(
        'o.slot = wanted.slot',
        `o.position > CASE wanted.slot WHEN ${param(from.slot, 'int')} THEN ${param(from.position, 'bigint')} ELSE 0 END`,
      );
      page = `SELECT found.* FROM unnest(${wanted}) AS wanted (slot), LATERAL (
          SELECT o.* FROM catga_outbox AS o WHERE ${where.join(' AND ')} ORDER BY o.position LIMIT ${most}
        ) AS found LIMIT ${most}`;
    }
    // Qualified, because a bare name is that of a selected text.
    const order = (table: string): string =>
      slots === undefined ? `${table}.position` : `${table}.slot, ${table}.position`;
    const rows = await on.execute(
      `SELECT ${SELECTED} FROM (
        SELECT page.*, sum(octet_length(body)) OVER (ORDER BY ${order('page')}) - octet_length(body) AS bytes_before FROM (
          ${page}
        ) AS page
      ) AS sized WHERE bytes_before < ${PAGE_BYTES} ORDER BY ${order('sized')}`,
      params,
    );
    return rows.map(entryOf);
  }

  async remove(on: SqlExecutor, ids: readonly string[]): Promise<void> {
    const places = ids.flatMap((id) => placeOf(id) ?? []);
    if (places.length === 0) return;
    await on.execute(`DELETE FROM catga_outbox WHERE ctid = ANY(ARRAY(SELECT o.ctid FROM ${ROWS_AT}))`, [
      this.namespace,
      ...arraysOf(places),
    ]);
  }

  async park(on: SqlExecutor, id: string, failure: DeadLetterFailure): Promise<void> {
    const place = placeOf(id);
    if (place === undefined) return;
    await on.execute(
      `UPDATE catga_outbox SET failure = $4::text::json
       WHERE namespace = $1 AND slot = $2::int AND position = $3::bigint AND failure IS NULL`,
      [this.namespace, place.slot, place.position, JSON.stringify(failure)],
    );
  }

  async count(on: SqlExecutor): Promise<{ readonly waiting: number; readonly parked: number }> {
    const [row] = await on.execute(
      `SELECT (count(*) FILTER (WHERE failure IS NULL))::float8 AS waiting,
        (count(*) FILTER (WHERE failure IS NOT NULL))::float8 AS parked
       FROM catga_outbox WHERE namespace = $1`,
      [this.namespace],
    );
    return { waiting: row?.['waiting'] as number, parked: row?.['parked'] as number };
  }

  /** Which of these rows a new transaction sees. */
  async visible(on: SqlExecutor, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await on.execute(
      `SELECT o.slot::int AS slot, o.position::text AS position
       FROM ${ROWS_AT}`,
      [this.namespace, ...arraysOf(ids.flatMap((id) => placeOf(id) ?? []))],
    );
    return new Set(rows.map((row) => idOf(row as unknown as OutboxPlace)));
  }

  private async insertChunk(
    on: SqlExecutor,
    messages: readonly OutboxMessage[],
  ): Promise<readonly OutboxEntry[]> {
    const rows = messages.map(valuesOf);
    const [first = []] = rows;
    const isOne = rows.length === 1;
    const columns = isOne ? first : names.map((_, column) => rows.map((row) => row[column] as SqlParameter));
    const insert = isOne ? INSERT_ONE : INSERT;
    const keys = new Set(messages.flatMap(({ message }) => message.key ?? []));
    const known = [...keys].flatMap((key) => this.known(key)).slice(-MAX_KNOWN);
    const positions = known.flatMap((id) => placeOf(id)?.position ?? []);
    const inserted = await (keys.size === 0
      ? on.execute(insert, [this.namespace, ...columns])
      : on.execute(insert + BEHIND, [this.namespace, ...columns, positions]));
    return messages.map((message, at) => {
      const { slot, position, behind } = inserted[at] as unknown as OutboxPlace & {
        readonly behind?: string | null;
      };
      const id = idOf({ slot, position });
      return behind === null || behind === undefined
        ? { ...message, id }
        : { ...message, id, behind: idOf({ slot, position: behind }) };
    });
  }
}

function arraysOf(places: readonly OutboxPlace[]): readonly [readonly number[], readonly string[]] {
  return [places.map(({ slot }) => slot), places.map(({ position }) => position)];
}
