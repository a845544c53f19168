import type { SqlExecutor } from './sql-executor.js';
import type { SqlTransaction } from './sql-transaction.js';

/** Isolation level of a transaction. */
export type SqlIsolation = 'read committed' | 'repeatable read' | 'serializable';

/** Options of a transaction. */
export interface SqlTransactionOptions {
  /**
   * Isolation level. Not allowed for a savepoint, which has the level of its transaction.
   * @defaultValue the level of the database, `read committed` unless it is configured otherwise
   */
  readonly isolation?: SqlIsolation;
}

/** Token of a Nest provider: its class, a string or a symbol. */
export type SqlToken<T = unknown> = string | symbol | (abstract new (...args: never) => T);

/** Returns the provider of a token. */
export type SqlResolver = (token: SqlToken) => unknown;

/**
 * A PostgreSQL database, accessed through the library of the application.
 *
 * Contract:
 * - A transaction is ambient in the asynchronous calls of its `run`. Two databases never share an ambient transaction.
 * - `run` inside an ambient transaction opens a savepoint in it, on its connection: nesting needs one connection only.
 *   Savepoints opened side by side in one transaction run one after another.
 * - A transaction in which a statement has failed is rolled back, even if its work resolves: `run` rejects.
 * - `root` needs a connection of its own, and waits for one: nothing in a transaction may wait for `root`.
 * - No named prepared statements, unless an adapter is told to use them, and no state of the session: PgBouncer may pool
 *   transactions.
 *
 * @publicApi
 */
export interface SqlDatabase<Handle = unknown> {
  /** Name of the library, for messages. */
  readonly name: string;
  /**
   * Gets the library's instance from Nest if the adapter was given a token of it. May be called again.
   * @throws CatgaError `CATGA_CONFIGURATION` if the token has no provider, or one of another library
   */
  open(resolve?: SqlResolver): void;
  /** Executes outside of any transaction. */
  readonly root: SqlExecutor;
  /** The open transaction of the caller, or its innermost savepoint. */
  ambient(): SqlTransaction<Handle> | undefined;
  /** The library's handle of the open transaction of the caller. */
  current(): Handle | undefined;
  /**
   * Runs `work` in a transaction, which is ambient for it: COMMIT if it resolves, ROLLBACK if it rejects.
   * Rejects with the error of `work`, of a participant, or of the COMMIT.
   */
  run<T>(
    work: (transaction: SqlTransaction<Handle>) => Promise<T>,
    options?: SqlTransactionOptions,
  ): Promise<T>;
  /** Runs `work` without an ambient transaction. */
  outside<T>(work: () => T): T;
  /** The open transaction of `run` with this handle; `undefined` for any other value. */
  transactionOf(handle: unknown): SqlTransaction<Handle> | undefined;
  /**
   * Executor of a transaction that the application opened by its library; `undefined` for any other value. The end of such a transaction is
   * not observed.
   */
  executorOf(handle: unknown): SqlExecutor | undefined;
}
