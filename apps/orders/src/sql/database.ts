import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { pg, pglite } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';
import type { Settings } from '../settings/settings.js';

/** Injection token of the database. */
export const DATABASE: unique symbol = Symbol('DATABASE');

const TABLES = [
  `CREATE TABLE IF NOT EXISTS orders (
     order_id text PRIMARY KEY,
     customer_id text NOT NULL,
     status text NOT NULL,
     lines json NOT NULL,
     total bigint NOT NULL
   )`,
  `CREATE TABLE IF NOT EXISTS order_history (
     position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     order_id text NOT NULL,
     event text NOT NULL,
     at text NOT NULL
   )`,
  'CREATE INDEX IF NOT EXISTS order_history_of ON order_history (order_id, position)',
];

/** An open database. It is never closed: commits are durable however the process ends. */
export interface OpenDatabase {
  readonly database: SqlDatabase;
  /** Location of its data, for messages. */
  readonly place: string;
}

/** The PostgreSQL of `DATABASE_URL`, or else PGlite: a PostgreSQL inside the process, with its data in a folder. */
export async function openDatabase(settings: Settings): Promise<OpenDatabase> {
  const opened =
    settings.databaseUrl === undefined
      ? await openFolder(settings.dataFolder)
      : await openServer(settings.databaseUrl);
  opened.database.open();
  try {
    for (const table of TABLES) await opened.database.root.execute(table);
  } catch (thrown) {
    const { message, code } = thrown as Error & { readonly code?: string };
    throw new Error(`The database cannot be used (${opened.place}): ${message || code}`, { cause: thrown });
  }
  return opened;
}

async function openFolder(folder: string): Promise<OpenDatabase> {
  const { PGlite } = await import('@electric-sql/pglite');
  // Creating it takes seconds.
  if (!existsSync(folder)) new Logger('Orders').log(`Creating a database in the folder ${folder}.`);
  const db = await PGlite.create(folder);
  return { database: pglite(db), place: `the folder ${folder}` };
}

async function openServer(connectionString: string): Promise<OpenDatabase> {
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString });
  const logger = new Logger('Orders');
  pool.on('error', ({ message }) => logger.warn(`A connection to the database was lost: ${message}`));
  return { database: pg(pool), place: 'the database of DATABASE_URL' };
}
