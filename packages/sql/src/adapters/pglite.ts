import { sqlDatabase } from '../database/adapter-database.js';
import { hasMethods, propertyOf } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

/** `Transaction` of PGlite. */
export interface PGliteTransaction {
  query(sql: string, values: SqlValue[]): Promise<{ readonly rows: readonly unknown[] }>;
  exec(sql: string): Promise<unknown>;
  rollback(): Promise<void>;
}

/** `PGlite`. */
export interface PGliteDatabase<Transaction extends PGliteTransaction = PGliteTransaction> {
  query: Transaction['query'];
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  readonly ready: boolean;
}

/**
 * A database inside the process through [PGlite](https://pglite.dev). It has one connection: transactions run one after
 * another.
 * @param database the database, or the Nest token of its provider
 *
 * @publicApi
 */
export function pglite<Transaction extends PGliteTransaction>(
  database: SqlSource<PGliteDatabase<Transaction>>,
): SqlDatabase<Transaction> {
  return sqlDatabase<PGliteDatabase<Transaction>, Transaction>(
    {
      name: 'pglite',
      isSource: (value) => hasMethods(value, 'transaction', 'query', 'exec'),
      isHandle: (value) =>
        hasMethods(value, 'query', 'rollback') &&
        !hasMethods(value, 'transaction') &&
        propertyOf(value, 'closed') !== true,
      query: async (on, sql, values) => (await on.query(sql, values)).rows as readonly SqlRow[],
      statements: ['query', 'exec'],
      transaction: (source, work) => source.transaction(work),
    },
    database,
  );
}
