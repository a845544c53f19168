import { sqlDatabase } from '../database/adapter-database.js';
import { commit } from './pg-commit.js';
import { hasMethods } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

interface PgQueryable {
  query(
    sql: string,
    values: SqlValue[],
  ): Promise<{ readonly rows: readonly SqlRow[]; readonly command?: string }>;
}

/** A client of a pool of `pg`. */
export interface PgClient extends PgQueryable {
  release(error?: Error | boolean): void;
  getTransactionStatus?(): string | null;
  getTypeParser?(type: number, format: 'text'): (text: string) => unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** `Pool` of `pg`. */
export interface PgPool extends PgQueryable {
  connect(): Promise<PgClient>;
}

/** `PoolClient` of a pool; its `connect` is overloaded. */
type PgClientOf<Pool> = Pool extends {
  connect: { (): Promise<infer Client extends PgClient>; (callback: never): unknown };
}
  ? Client
  : PgClient;

/**
 * A database through a `Pool` of [pg](https://node-postgres.com). The handle of a transaction is its `PoolClient`.
 * @param pool the pool, or the Nest token of its provider
 *
 * @publicApi
 */
export function pg<Pool extends PgPool>(pool: SqlSource<Pool>): SqlDatabase<PgClientOf<Pool>> {
  return sqlDatabase<Pool, PgClientOf<Pool>>(
    {
      name: 'pg',
      isSource: (value) => hasMethods(value, 'connect', 'query') && !hasMethods(value, 'release'),
      isHandle: (value) => hasMethods(value, 'query', 'release') && !isIdle(value as PgClient),
      query: async (on, sql, values) => (await on.query(sql, values)).rows,
      commit,
      transaction: async (source, work) => transact((await source.connect()) as PgClientOf<Pool>, work),
    },
    pool,
  );
}

/** Whether it has no transaction. */
function isIdle(client: PgClient): boolean {
  return client.getTransactionStatus?.() === 'I';
}

async function transact<Client extends PgClient, T>(
  client: Client,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  let lost: Error | undefined;
  const onError = (error: Error): void => void (lost = error);
  client.on('error', onError); // A lost connection ends the process if nobody listens.
  try {
    await client.query('BEGIN', []);
    return await work(client);
  } catch (thrown) {
    await client.query('ROLLBACK', []).catch(onError);
    throw thrown;
  } finally {
    client.removeListener('error', onError);
    client.release(lost);
  }
}
