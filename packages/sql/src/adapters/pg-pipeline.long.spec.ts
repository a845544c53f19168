import { PostgresServer } from '@catga/servers';
import { afterAll, beforeAll } from '@jest/globals';
import { Pool } from 'pg';
import { pg } from './pg.js';
import { describeSqlDatabase } from '../testing/describe-sql-database.js';
import type { PoolClient } from 'pg';

let server: PostgresServer;

beforeAll(async () => void (server = await PostgresServer.spawn({ isDurable: false })));
afterAll(() => server?.stop());

/** Sends each query at once, without waiting for the answer to the one before. */
describeSqlDatabase('pg, whose clients pipeline their queries', {
  async open(max) {
    const config = { connectionString: server.url, max, pipeline: true };
    const pool = new Pool(config);
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
  },
});
