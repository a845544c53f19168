import type { SqlExecutor, SqlParameter, SqlRow } from './sql-executor.js';

/** Executor for a participant before the COMMIT. */
export interface SqlFinalExecutor extends SqlExecutor {
  /**
   * Executes the participant's last statement. It may be sent together with the COMMIT: the transaction has no further
   * statements, and if this resolves it may have been committed. If the statement fails it is rolled back.
   */
  executeLast(sql: string, params?: readonly SqlParameter[]): Promise<readonly SqlRow[]>;
}

/**
 * Participant of transactions: collects items and stores them before the COMMIT.
 *
 * Contract:
 * - `committed` and `rolledBack` must not throw. Each item gets one of the two calls.
 * - Items enlisted inside a savepoint that is rolled back get `rolledBack` at once; `beforeCommit` never sees them.
 */
export interface SqlParticipant<Item> {
  /**
   * Runs in the transaction, with all items in the order of `enlist`, after the work of the transaction and before its
   * COMMIT. Items that it enlists itself get another call. A rejection rolls the transaction back.
   */
  beforeCommit(items: readonly Item[], transaction: SqlFinalExecutor): Promise<void>;
  /** The COMMIT has succeeded. */
  committed(items: readonly Item[]): void;
  /** The items were rolled back, or the COMMIT has failed; then it may have succeeded if the connection was lost. */
  rolledBack(items: readonly Item[]): void;
}

/** An open transaction, or a savepoint in it. `execute` rejects with `CATGA_CONFIGURATION` after its end. */
export interface SqlTransaction<Handle = unknown> extends SqlExecutor {
  /** The library's own handle, such as TypeORM's `EntityManager`. */
  readonly handle: Handle;
  /** Whether it has neither been committed nor rolled back. */
  readonly isOpen: boolean;
  /** Throws `CATGA_CONFIGURATION` after the end of the transaction. */
  enlist<Item>(participant: SqlParticipant<Item>, item: Item): void;
}
