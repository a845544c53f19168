import { describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { pg } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { usesPostgres } from './postgres.fixture.js';
import type { PgOptions, SqlParticipant } from '@catga/sql';
import type { PoolClient } from 'pg';

const server = usesPostgres();

function open(
  connectionString: string,
  max: number,
  options: { readonly pipeline?: boolean } = {},
  pgOptions?: PgOptions,
) {
  const pool = new Pool({ connectionString, max, ...options });
  pool.on('error', () => {}); // Of idle clients.
  return {
    database: pg(pool, pgOptions),
    async transact(work: (client: PoolClient) => Promise<void>) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await work(client);
        await client.query('COMMIT');
      } catch (thrown) {
        await client.query('ROLLBACK');
        throw thrown;
      } finally {
        client.release();
      }
    },
    statement: async (client: PoolClient, sql: string) => void (await client.query(sql)),
    rollback: async (client: PoolClient) => void (await client.query('ROLLBACK')),
    close: () => pool.end(),
  };
}

describeSqlDatabase('pg', { open: async (poolSize) => open(server.directUrl, poolSize) });
/** Each query is sent at once, without waiting for the answer to the one before. */
describeSqlDatabase('pg, whose clients pipeline their queries', {
  open: async (poolSize) => open(server.directUrl, poolSize, { pipeline: true }),
});
describeSqlDatabase('pg with prepared statements', {
  preparesStatements: true,
  open: async (poolSize) => open(server.directUrl, poolSize, {}, { preparedStatements: true }),
});
describeSqlDatabase('pg with prepared statements, whose clients pipeline their queries', {
  preparesStatements: true,
  open: async (poolSize) =>
    open(server.directUrl, poolSize, { pipeline: true }, { preparedStatements: true }),
});
describeSqlDatabase('pg and PgBouncer', { open: async (poolSize) => open(server.url, poolSize) });

describe('The adapter of pg', () => {
  it('accepts a pool or the token of one, and knows the type of its clients', () => {
    const clients: readonly (PoolClient | undefined)[] = [pg(new Pool()).current(), pg(Pool).current()];
    expect(clients).toEqual([undefined, undefined]);
  });

  it('prepares its statements once per connection, those that it sends with COMMIT too, if told to', async () => {
    const pool = new Pool({ connectionString: server.directUrl, max: 1 });
    const said: unknown[] = [];
    const lastWords: SqlParticipant<string> = {
      async beforeCommit(items, transaction) {
        said.push(...(await transaction.executeLast('SELECT $1::text AS t', [...items])));
      },
      committed() {},
      rolledBack() {},
    };
    const prepared = async (): Promise<string[]> => {
      const { rows } = await pool.query<{ statement: string }>(
        'SELECT statement FROM pg_prepared_statements ORDER BY 1',
      );
      return rows.map(({ statement }) => statement);
    };
    for (const database of [pg(pool, { preparedStatements: true }), pg(pool, { preparedStatements: true })]) {
      for (let round = 0; round < 2; round++) {
        await database.root.execute('SELECT $1::int AS n', [round]);
        await database.run((transaction) => {
          transaction.enlist(lastWords, 'last');
          return Promise.resolve();
        });
      }
    }
    expect(said).toEqual([1, 2, 3, 4].map(() => ({ t: 'last' })));
    expect(await prepared()).toEqual(['SELECT $1::int AS n', 'SELECT $1::text AS t']);
    await pg(pool).root.execute('SELECT $1::bool AS b', [true]);
    expect(await prepared()).toHaveLength(2);
    await pool.end();
  });

  it('takes a pool for no transaction', () => {
    const pool = new Pool();
    expect(pg(pool).executorOf(pool)).toBeUndefined();
  });
});
