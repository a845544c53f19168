import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { pglite } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';

/** Injection token of the database. */
export const DATABASE: unique symbol = Symbol('DATABASE');

/** PGlite: a PostgreSQL inside the process, with its data in a folder. It is never closed: commits are durable however the process ends. */
export async function openDatabase(folder: string): Promise<SqlDatabase> {
  const { PGlite } = await import('@electric-sql/pglite');
  // Creating it takes seconds.
  if (!existsSync(folder)) new Logger('Bank').log(`Creating a database in the folder ${folder}.`);
  const database = pglite(await PGlite.create(folder));
  database.open();
  return database;
}
