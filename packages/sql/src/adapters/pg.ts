import { sqlDatabase } from '../database/adapter-database.js';
import { commit } from './pg-commit.js';
import { isIdle, transact } from './pg-connection.js';
import { PgStatements } from './pg-statements.js';
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

/** Options of {@link pg}. */
export interface PgOptions {
  /**
   * Whether Catga's statements are prepared once per connection (named statements of `pg`): the server parses and plans each of them once. Not behind
   * a PgBouncer that pools transactions, unless it is 1.21 or newer with `max_prepared_statements` above 0. The first 256 texts of a process
   * are prepared, those that the application executes through Catga included.
   * @defaultValue false
   */
  readonly preparedStatements?: boolean;
}

/**
 * A database through a `Pool` of [pg](https://node-postgres.com). The handle of a transaction is its `PoolClient`.
 * @param pool the pool, or the Nest token of its provider
 *
 * @publicApi
 */
export function pg<Pool extends PgPool>(
  pool: SqlSource<Pool>,
  { preparedStatements = false }: PgOptions = {},
): SqlDatabase<PgClientOf<Pool>> {
  const statements = new PgStatements(preparedStatements);
  return sqlDatabase<Pool, PgClientOf<Pool>>(
    {
      name: 'pg',
      isSource: (value) => hasMethods(value, 'connect', 'query') && !hasMethods(value, 'release'),
      isHandle: (value) => hasMethods(value, 'query', 'release') && !isIdle(value as PgClient),
      query: async (on, sql, values) => (await on.query(statements.of({ sql, values }))).rows,
      statements: ['query'],
      commit: (client, last) => commit(client, last && statements.of(last)),
      transaction: transact,
    },
    pool,
  );
}
