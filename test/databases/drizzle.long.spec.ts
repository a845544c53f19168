import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { drizzle as createDrizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import { drizzle } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from './describe-outbox.js';
import { usesPostgres } from './postgres.fixture.js';

const server = usesPostgres();

function open(connectionString: string, max: number) {
  const pool = new Pool({ connectionString, max });
  pool.on('error', () => {});
  const database = createDrizzle(pool);
  type Transaction = Parameters<Parameters<typeof database.transaction>[0]>[0];
  return {
    database: drizzle(database),
    transact: (work: (transaction: Transaction) => Promise<void>) => database.transaction(work),
    statement: async (transaction: Transaction, text: string) =>
      void (await transaction.execute(sql.raw(text))),
    nest: (transaction: Transaction, work: () => Promise<void>) => transaction.transaction(work),
    close: () => pool.end(),
  };
}

describeSqlDatabase('Drizzle', { open: async (poolSize) => open(server.url, poolSize) });
describeOutbox(
  'Drizzle',
  { open: async (poolSize) => open(server.url, poolSize) },
  { describe, it, beforeAll, beforeEach, afterAll },
);
