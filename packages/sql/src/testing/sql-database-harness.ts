import type { SqlDatabase } from '../database/sql-database.js';

/** An open database under test. */
export interface OpenedSqlDatabase<Handle> {
  /** The database on the adapter under test. */
  readonly database: SqlDatabase<Handle>;
  /** Runs `work` in a transaction of the library itself, without the adapter. */
  readonly transact: (work: (handle: Handle) => Promise<void>) => Promise<void>;
  /** Executes a statement without parameters in a transaction, by the library itself. */
  readonly statement: (handle: Handle, sql: string) => Promise<void>;
  /** Opens a savepoint in a transaction by the library itself, if it has a method for that. */
  readonly nest?: (handle: Handle, work: () => Promise<void>) => Promise<void>;
  /** Rolls a transaction back by its handle, if the library has a method for that. */
  readonly rollback?: (handle: Handle) => Promise<void>;
  /** Closes all connections. */
  readonly close: () => Promise<void>;
}

/** How the suite gets the database. */
export interface SqlDatabaseHarness<Handle> {
  /**
   * Opens the database, which is empty or has the tables of an earlier `open`. May be called while others are open.
   * @param poolSize number of connections; a database inside the process has one
   */
  open(poolSize: number): Promise<OpenedSqlDatabase<Handle>>;
  /**
   * Whether the database has several connections. If not, cases about concurrent transactions are left out.
   * @defaultValue true
   */
  readonly hasConnections?: boolean;
  /**
   * Whether the adapter was told to prepare statements in the session, which excludes a pooler of transactions: the case about one is left out.
   * @defaultValue false
   */
  readonly preparesStatements?: boolean;
}
