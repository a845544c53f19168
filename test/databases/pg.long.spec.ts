import { describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { pg } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { usesPostgres } from './postgres.fixture.js';
import type { PoolClient } from 'pg';

const server = usesPostgres();

function open(connectionString: string, max: number, options: { readonly pipeline?: boolean } = {}) {
  const pool = new Pool({ connectionString, max, ...options });
  pool.on('error', () => {}); // Of idle clients.
  return {
    database: pg(pool),
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
describeSqlDatabase('pg and PgBouncer', { open: async (poolSize) => open(server.url, poolSize) });

describe('The adapter of pg', () => {
  it('accepts a pool or the token of one, and knows the type of its clients', () => {
    const clients: readonly (PoolClient | undefined)[] = [pg(new Pool()).current(), pg(Pool).current()];
    expect(clients).toEqual([undefined, undefined]);
  });

  it('takes a pool for no transaction', () => {
    const pool = new Pool();
    expect(pg(pool).executorOf(pool)).toBeUndefined();
  });
});
