import { sqlDatabase } from '../database/adapter-database.js';
import { hasMethods, propertyOf } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

interface KnexConnection {
  query(sql: string, values: SqlValue[]): Promise<{ readonly rows: readonly SqlRow[] }>;
}

export interface KnexQueryable {
  /** Typed `any` by Knex. */
  readonly client: {
    acquireConnection(): Promise<KnexConnection>;
    releaseConnection(connection: KnexConnection): Promise<unknown>;
  };
}

interface KnexTransaction extends KnexQueryable {
  isCompleted(): boolean;
}

/** `Knex` with the client `pg`. */
export interface KnexDatabase<Transaction extends KnexTransaction = KnexTransaction> extends KnexQueryable {
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/**
 * A database through [Knex](https://knexjs.org) and its client `pg`. The handle of a transaction is its
 * `Knex.Transaction`.
 * @param database Knex's instance, or the Nest token of its provider
 *
 * @publicApi
 */
export function knex<Transaction extends KnexTransaction>(
  database: SqlSource<KnexDatabase<Transaction>>,
): SqlDatabase<Transaction> {
  return sqlDatabase<KnexDatabase<Transaction>, Transaction>(
    {
      name: 'knex',
      isSource: (value) => isKnex(value) && !hasMethods(value, 'isCompleted'),
      isHandle: (value) => isKnex(value) && hasMethods(value, 'isCompleted') && !isCompleted(value),
      nests: 'transaction',
      query: queryByKnex,
      transaction: (source, work) => source.transaction(work),
    },
    database,
  );
}

function isCompleted(value: unknown): boolean {
  return (value as KnexTransaction).isCompleted();
}

function isKnex(value: unknown): boolean {
  return (
    hasMethods(value, 'raw', 'transaction') && hasMethods(propertyOf(value, 'client'), 'acquireConnection')
  );
}

/** Queries the connection itself: `raw` treats each `?` as a placeholder, even in literals and operators. */
export async function queryByKnex(
  { client }: KnexQueryable,
  sql: string,
  values: SqlValue[],
): Promise<readonly SqlRow[]> {
  const connection = await client.acquireConnection();
  try {
    return (await connection.query(sql, values)).rows;
  } finally {
    await client.releaseConnection(connection);
  }
}
