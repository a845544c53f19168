import type { SqlRow } from './sql-executor.js';
import type { SqlToken } from './sql-database.js';

/** Value of a parameter as libraries get it. Arrays, bigints and dates arrive as PostgreSQL's text. */
export type SqlValue = null | boolean | number | string | Buffer;

/** A statement with its values. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: SqlValue[];
}

/** Instance of a library, or the Nest token of its provider. */
export type SqlSource<Source> = Source | SqlToken<Source>;

/**
 * Adapter of a database library. `Source` is its instance (a pool, a `DataSource`), `Handle` its handle of an open transaction.
 * `sqlDatabase(adapter, source)` does the rest.
 */
export interface SqlAdapter<Source, Handle> {
  /** Name of the library, for messages. */
  readonly name: string;
  /** Whether a value is an instance of the library; it is a Nest token otherwise. */
  isSource(value: unknown): boolean;
  /** Whether a value is a handle of an open transaction of the library; false for its instance. */
  isHandle(value: unknown): boolean;
  /** Executes a statement with `$1` placeholders, outside of a transaction or in one. */
  query(on: Source | Handle, sql: string, values: SqlValue[]): Promise<readonly SqlRow[]>;
  /**
   * Opens a transaction on a connection of its own: COMMIT if `work` resolves, else ROLLBACK. Calls `work` once. With
   * {@link commit} it has been committed when `work` resolves.
   */
  transaction<T>(source: Source, work: (handle: Handle) => Promise<T>): Promise<T>;
  /**
   * Method of a handle that opens a savepoint and calls a function with a handle in it, such as `transaction`. It is
   * observed in each transaction: what was enlisted in a savepoint of the application is dropped with it. If there is
   * none, SAVEPOINT is executed.
   */
  readonly nests?: string;
  /**
   * Methods of a handle whose first argument is a statement, as text or as `{ text }`, such as `query`. They are observed:
   * what was enlisted after a SAVEPOINT that the application executes is dropped by its ROLLBACK TO.
   */
  readonly statements?: readonly string[];
  /**
   * COMMITs a transaction that {@link transaction} opened, together with its last statement: one round trip for both.
   * Returns the rows of the statement. Rejects with the SQLSTATE 25P02 if a statement of the transaction had failed, and
   * with the error of the statement, which prevents the COMMIT. Without it, `transaction` sends the COMMIT.
   */
  commit?(handle: Handle, last: SqlStatement | undefined): Promise<readonly SqlRow[]>;
  /** Writes pending changes of the library. Called before COMMIT, SAVEPOINT and RELEASE. */
  flush?(handle: Handle): Promise<void>;
}
