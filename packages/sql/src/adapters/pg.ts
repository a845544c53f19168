import { sqlDatabase } from '../database/adapter-database.js';
import { commit } from './pg-commit.js';
import { isIdle, transact } from './pg-connection.js';
import type { PgClient, PgPool } from './pg-connection.js';
import { hasMethods } from './structure.js';
import type { SqlSource } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';

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
      statements: ['query'],
      commit,
      transaction: transact,
    },
    pool,
  );
}
