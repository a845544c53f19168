import type { DeadLetterFailure, OutboxEntry, OutboxFilter, OutboxState } from '@catga/core/outbox';
import type { SqlExecutor, SqlParameter } from '../database/sql-executor.js';
import { COLUMNS, SELECTED, entryOf, idOf, keyHashOf, placeOf, valuesOf } from './outbox-rows.js';
import type { OutboxPlace, OutboxRow } from './outbox-rows.js';

/** Maximum number and size of the messages of one INSERT. */
const MAX_ROWS = 1000;
const MAX_BYTES = 8 * 1024 * 1024;
/** Maximum size of the messages read at once; at least one is read. */
const PAGE_BYTES = 8 * 1024 * 1024;

const names = Object.keys(COLUMNS);
const types = Object.values(COLUMNS);
/** Parameters of a key's hash, and of the positions that the node knows. */
const KEY_HASH = `$${names.indexOf('key_hash') + 2}::int`;
const KNOWN = `$${names.length + 2}::bigint[]`;

/** Rows are inserted, and get their positions, in the order of the arrays. */
const INSERT = `INSERT INTO catga_outbox (namespace, ${names.join(', ')})
SELECT $1, ${names.map((name) => `m.${name}`).join(', ')}
FROM unnest(${types.map((type, at) => `$${at + 2}::${type}[]`).join(', ')})
  WITH ORDINALITY AS m (${names.join(', ')}, ordinal)
ORDER BY m.ordinal
RETURNING position::text AS position`;

/** Inserts one row, in half the time of an array of one. */
const INSERT_ONE = `INSERT INTO catga_outbox (namespace, ${names.join(', ')})
VALUES ($1, ${types.map((type, at) => `$${at + 2}::${type}`).join(', ')})
RETURNING position::text AS position`;

/** Last earlier row of the key that the node does not know. The statement does not see its own rows. */
const behind = (keyHash: string): string => `, (SELECT earlier.position::text FROM catga_outbox AS earlier
    WHERE earlier.namespace = $1 AND earlier.key_hash = ${keyHash} AND earlier.failure IS NULL
      AND earlier.position <> ALL(${KNOWN})
    ORDER BY earlier.position DESC LIMIT 1) AS behind`;
const INSERT_KEYED = INSERT + behind('catga_outbox.key_hash');
const INSERT_ONE_KEYED = INSERT_ONE + behind(KEY_HASH);
/** Maximum number of known entries in one statement; beyond it the relay reads more than necessary. */
const MAX_KNOWN = 1000;

/**
 * Rows at places, each by the primary key. `OFFSET 0` keeps the planner, which without statistics assumes a small table, from a join that
 * reads the whole table with its dead rows.
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
    rows: readonly OutboxRow[],
    executeLast: SqlExecutor['execute'] = (sql, params) => on.execute(sql, params),
  ): Promise<readonly OutboxEntry[]> {
    const entries: OutboxEntry[] = [];
    for (let at = 0; at < rows.length;) {
      const chunk: OutboxRow[] = [];
      for (let bytes = 0; at < rows.length && chunk.length < MAX_ROWS; at++) {
        const row = rows[at] as OutboxRow;
        bytes += row.bytes.byteLength;
        if (chunk.length > 0 && bytes > MAX_BYTES) break;
        chunk.push(row);
      }
      const last = at === rows.length ? { execute: executeLast } : on;
      entries.push(...(await this.insertChunk(last, chunk)));
    }
    return entries;
  }

  /**
   * Lists a page of entries. By slots, it is read slot after slot, each by the primary key: otherwise a planner without statistics, or with
   * those of an empty outbox, would read and sort the whole backlog for every page.
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
    if (key !== undefined) where.push(`o.key_hash = ${param(keyHashOf(key), 'int')}`);
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
    // Qualified, because a bare name means the selected text.
    const order = (table: string): string =>
      slots === undefined ? `${table}.position` : `${table}.slot, ${table}.position`;
    const rows = await on.execute(
      `SELECT ${SELECTED} FROM (
        SELECT page.*, sum(octet_length(message)) OVER (ORDER BY ${order('page')}) - octet_length(message) AS bytes_before FROM (
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

  /** Ids of the rows that a new transaction sees. */
  async visible(on: SqlExecutor, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await on.execute(
      `SELECT o.slot::int AS slot, o.position::text AS position
       FROM ${ROWS_AT}`,
      [this.namespace, ...arraysOf(ids.flatMap((id) => placeOf(id) ?? []))],
    );
    return new Set(rows.map((row) => idOf(row as unknown as OutboxPlace)));
  }

  private async insertChunk(on: SqlExecutor, rows: readonly OutboxRow[]): Promise<readonly OutboxEntry[]> {
    const values = rows.map(valuesOf);
    const [first = []] = values;
    const isOne = rows.length === 1;
    const columns = isOne
      ? first
      : names.map((_, column) => values.map((row) => row[column] as SqlParameter));
    const keys = new Set(rows.flatMap(({ outgoing }) => outgoing.message.key ?? []));
    const inserted = await (keys.size === 0
      ? on.execute(isOne ? INSERT_ONE : INSERT, [this.namespace, ...columns])
      : on.execute(isOne ? INSERT_ONE_KEYED : INSERT_KEYED, [
          this.namespace,
          ...columns,
          this.knownPositions(keys),
        ]));
    return rows.map(({ outgoing, slot }, at) => {
      const { position, behind: earlier } = inserted[at] as {
        readonly position: string;
        readonly behind?: string | null;
      };
      const id = idOf({ slot, position });
      return typeof earlier === 'string'
        ? { ...outgoing, id, behind: idOf({ slot, position: earlier }) }
        : { ...outgoing, id };
    });
  }

  private knownPositions(keys: Iterable<string>): readonly string[] {
    const known = [...keys].flatMap((key) => this.known(key)).slice(-MAX_KNOWN);
    return known.flatMap((id) => placeOf(id)?.position ?? []);
  }
}

function arraysOf(places: readonly OutboxPlace[]): readonly [readonly number[], readonly string[]] {
  return [places.map(({ slot }) => slot), places.map(({ position }) => position)];
}
