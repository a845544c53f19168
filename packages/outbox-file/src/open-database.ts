import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CatgaError } from '@catga/core';
import { lineOf } from '@catga/core/engine';
import { ClassicLevel } from 'classic-level';
import { damagedError } from './damage.js';

/** A LevelDB in a folder: records by key. */
export type Database = ClassicLevel<string, Uint8Array>;

const FORMAT_KEY = '!format';
const FORMAT = '1';
const DAMAGE_KEY = '!damage';

/** Opens the folder. Rejects with `CATGA_CONFIGURATION` and the reason. */
export async function openDatabase(path: string): Promise<Database> {
  const isNew = await isFree(path);
  const database: Database = new ClassicLevel(path, { keyEncoding: 'utf8', valueEncoding: 'view' });
  try {
    await database.open();
  } catch (thrown) {
    throw toRefusal(path, thrown);
  }
  try {
    await checkFormat(path, database, isNew);
    await checkRecovery(path, database);
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  return database;
}

/**
 * Whether the folder is empty or missing, so that a database is created. LevelDB would also create one among other files, or from the
 * remains of another.
 */
async function isFree(path: string): Promise<boolean> {
  let files: readonly string[];
  try {
    files = await readdir(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw new CatgaError('CATGA_CONFIGURATION', `The outbox cannot be opened: ${lineOf(thrown)}`, {
      details: { path },
      cause: thrown,
    });
  }
  if (files.length === 0) return true;
  if (files.includes('CURRENT')) return false;
  throw damagedError(path, 'the folder contains files that are not those of an outbox');
}

/** Checks the format record. It is written first, so a folder without it is damaged or not an outbox. */
async function checkFormat(path: string, database: Database, isNew: boolean): Promise<void> {
  const format = await database.get(FORMAT_KEY);
  if (format === undefined && isNew) {
    await database.put(FORMAT_KEY, Buffer.from(FORMAT), { sync: true });
    return;
  }
  if (format === undefined) throw damagedError(path, 'its first record is missing');
  const found = Buffer.from(format).toString();
  if (found === FORMAT) return;
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `The outbox in ${path} has format ${found}; this version of @catga/outbox-file reads format ${FORMAT}.`,
    { details: { path, format: found } },
  );
}

/**
 * Checks for records lost during recovery. LevelDB silently skips unreadable records and mentions them only in the file LOG of this
 * opening; the loss is recorded, because the next opening would not show it.
 */
async function checkRecovery(path: string, database: Database): Promise<void> {
  const diary = await readFile(join(path, 'LOG'), 'utf8');
  const [, loss] = /(dropping \d+ bytes.*)/.exec(diary) ?? [];
  if (loss !== undefined) await database.put(DAMAGE_KEY, Buffer.from(loss), { sync: true });
  const known = await database.get(DAMAGE_KEY);
  if (known !== undefined) throw damagedError(path, Buffer.from(known).toString());
}

function toRefusal(path: string, thrown: unknown): CatgaError {
  const cause = (thrown as { readonly cause?: { readonly code?: string } }).cause;
  if (cause?.code === 'LEVEL_LOCKED') {
    return new CatgaError(
      'CATGA_CONFIGURATION',
      `The outbox in ${path} is in use by another node or process: give each node its own path.`,
      { details: { path }, cause: thrown },
    );
  }
  return damagedError(path, lineOf(cause ?? thrown), thrown);
}
