import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import createKnex from 'knex';
import { knex } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from './describe-outbox.js';
import { usesPostgres } from './postgres.fixture.js';
import type { Knex } from 'knex';

/** Knex writes about a lost connection to the console. */
const SILENT = { warn: () => {}, error: () => {} };
const server = usesPostgres();

function open(connection: string, max: number) {
  const database = createKnex({ client: 'pg', connection, pool: { min: 0, max }, log: SILENT });
  return {
    source: database,
    database: knex(database),
    transact: (work: (transaction: Knex.Transaction) => Promise<void>) => database.transaction(work),
    statement: async (transaction: Knex.Transaction, sql: string) => void (await transaction.raw(sql)),
    nest: (transaction: Knex.Transaction, work: () => Promise<void>) => transaction.transaction(work),
    rollback: async (transaction: Knex.Transaction) => void (await transaction.rollback()),
    close: () => database.destroy(),
  };
}

describeSqlDatabase('Knex', { open: async (poolSize) => open(server.url, poolSize) });
describeOutbox(
  'Knex',
  { open: async (poolSize) => open(server.url, poolSize) },
  { describe, it, beforeAll, beforeEach, afterAll },
);

describe('The adapter of Knex', () => {
  it('accepts its nested transactions, and not Knex itself', async () => {
    const { source, database, close } = open(server.url, 1);
    expect(database.executorOf(source)).toBeUndefined();
    await source.transaction((outer) =>
      outer.transaction(async (inner) => {
        expect(await database.executorOf(inner)?.execute('SELECT 1::int4 AS one')).toEqual([{ one: 1 }]);
      }),
    );
    await close();
  });
});
