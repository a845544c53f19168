import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { kysely } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from './describe-outbox.js';
import { usesPostgres } from './postgres.fixture.js';
import type { Transaction } from 'kysely';

interface Tables {
  readonly orders: { readonly id: string };
}

const server = usesPostgres();

function open(connectionString: string, max: number) {
  const pool = new Pool({ connectionString, max });
  // Kysely does not listen to clients in use: without this a lost connection ends the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  pool.on('error', () => {});
  const database = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin()],
  });
  return {
    database: kysely(database),
    transact: (work: (transaction: Transaction<Tables>) => Promise<void>) =>
      database.transaction().execute(work),
    statement: async (transaction: Transaction<Tables>, text: string) =>
      void (await sql.raw(text).execute(transaction)),
    close: () => database.destroy(),
  };
}

describeSqlDatabase('Kysely', { open: async (poolSize) => open(server.url, poolSize) });
describeOutbox(
  'Kysely',
  { open: async (poolSize) => open(server.url, poolSize) },
  { describe, it, beforeAll, beforeEach, afterAll },
);

describe('The adapter of Kysely', () => {
  it('knows the type of its handle', () => {
    const { database } = open(server.url, 1);
    const transaction: Transaction<Tables> | undefined = database.current();
    expect(transaction).toBeUndefined();
  });

  it('returns columns under their own names, whatever the plugins rename', async () => {
    const { database, close } = open(server.url, 1);
    const expected = [{ message_id: 1 }];
    expect(await database.root.execute('SELECT 1::int4 AS message_id')).toEqual(expected);
    expect(await database.run((opened) => opened.execute('SELECT 1::int4 AS message_id'))).toEqual(expected);
    await close();
  });
});
