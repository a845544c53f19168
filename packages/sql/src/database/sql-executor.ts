/** Row of a result: values by column name. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Parameter of a statement. An array becomes a PostgreSQL array, and its statement casts it: `$1::text[]`. */
export type SqlParameter =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly SqlParameter[];

/**
 * Executes PostgreSQL statements.
 *
 * Contract:
 * - One statement per call, with placeholders `$1`, `$2` and so on; a placeholder may be repeated. A `?` is not a placeholder.
 * - Every placeholder has a type, by a cast or by its place: libraries send a `bigint`, a `Date` and an array as text.
 *   JSON is passed as a string: `$1::jsonb`.
 * - Values of rows: `null`, `boolean`, `number` for `int4` and `float8`, `string` for `text`, and `Uint8Array` for
 *   `bytea`. Libraries disagree about all other types, so a statement casts them: `position::text`.
 */
export interface SqlExecutor {
  /** Rejects with the error of the database, which has its `code` (SQLSTATE) or a `cause` that has it. */
  execute(sql: string, params?: readonly SqlParameter[]): Promise<readonly SqlRow[]>;
}
