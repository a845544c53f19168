import { EventEmitter } from 'node:events';
import { sqlDatabase } from '../database/adapter-database.js';
import { hasMethods, propertyOf } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

interface DrizzleQueryable {
  readonly _: {
    readonly session: {
      prepareQuery(
        query: { sql: string; params: SqlValue[] },
        fields: undefined,
        name: undefined,
        isResponseInArrayMode: false,
      ): { execute(): Promise<unknown> };
    };
  };
}

/** Database of `drizzle-orm/node-postgres`, `drizzle-orm/postgres-js` or `drizzle-orm/pglite`. */
export interface DrizzleDatabase<
  Transaction extends DrizzleQueryable = DrizzleQueryable,
> extends DrizzleQueryable {
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/**
 * A database through [Drizzle](https://orm.drizzle.team). The handle of a transaction is Drizzle's `tx`.
 * @param database Drizzle's database, or the Nest token of its provider
 *
 * @publicApi
 */
export function drizzle<Transaction extends DrizzleQueryable>(
  database: SqlSource<DrizzleDatabase<Transaction>>,
): SqlDatabase<Transaction> {
  const heard = new WeakSet<object>();
  return sqlDatabase<DrizzleDatabase<Transaction>, Transaction>(
    {
      name: 'drizzle',
      isSource: (value) => isQueryable(value) && !hasMethods(value, 'rollback'),
      isHandle: (value) => isQueryable(value) && hasMethods(value, 'rollback'),
      // Not by `execute(sql`…`)`: it expands arrays to lists.
      query: async (on, sql, params) =>
        rowsOf(await on._.session.prepareQuery({ sql, params }, undefined, undefined, false).execute()),
      nests: 'transaction',
      transaction: (source, work) =>
        source.transaction((transaction) => {
          hear(propertyOf(transaction._.session, 'client'), heard);
          return work(transaction);
        }),
    },
    database,
  );
}

function isQueryable(value: unknown): boolean {
  return hasMethods(propertyOf(propertyOf(value, '_'), 'session'), 'prepareQuery');
}

/** postgres-js returns the rows, the others a result with them. */
function rowsOf(result: unknown): readonly SqlRow[] {
  return (Array.isArray(result) ? result : propertyOf(result, 'rows')) as readonly SqlRow[];
}

/** Adds an error listener to a client of pg, once: without one, which Drizzle does not add, a lost connection ends the process. */
function hear(client: unknown, heard: WeakSet<object>): void {
  if (!(client instanceof EventEmitter) || heard.has(client)) return;
  heard.add(client.on('error', () => {})); // The next statement, or the COMMIT, rejects.
}
