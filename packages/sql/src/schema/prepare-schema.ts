import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/core';
import { toError } from '@catga/core/engine';
import type { SqlDatabase, SqlResolver } from '../database/sql-database.js';
import { statementsOf, stepsTable } from './schema-set.js';
import type { SchemaFile, SchemaSet } from './schema-set.js';
import { sqlStateOf } from '../database/sql-state.js';

/** Handling of the tables when a store is opened. */
export type SchemaMode = 'create' | 'verify' | 'off';

/** Errors of a table or type that another node creates at the same time: unique violation, duplicate table, object, deadlock. */
const CREATED_MEANWHILE = new Set(['23505', '42P07', '42710', '40P01', '40001', 'XX000']);
const MAX_ATTEMPTS = 20;

/**
 * Opens a database, and creates or checks tables in it. Many nodes may do so at once.
 * `CATGA_CONFIGURATION` if they are missing, of another version, or may not be created; `CATGA_DATABASE_UNAVAILABLE` if the database
 * cannot be reached.
 */
export async function openWithSchema(
  database: SqlDatabase,
  resolve: SqlResolver,
  set: SchemaSet,
  mode: SchemaMode,
): Promise<void> {
  database.open(resolve);
  try {
    if (mode === 'off') return;
    if (mode === 'create') await create(database, set);
    verify(set, await versionOf(database, set));
    await requireTables(database, set);
  } catch (thrown) {
    if (thrown instanceof CatgaError) throw thrown;
    throw new CatgaError(
      'CATGA_DATABASE_UNAVAILABLE',
      `${set.what} cannot use the database: ${toError(thrown).message}`,
      { cause: thrown },
    );
  }
}

async function create(database: SqlDatabase, set: SchemaSet): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const version = (await versionOf(database, set)) ?? 0;
      if (version >= set.files.length) return;
      if (version === 0) await database.root.execute(stepsTable(set));
      for (const file of set.files) if (file.version > version) await apply(database, set, file);
      return;
    } catch (thrown) {
      const state = sqlStateOf(thrown);
      if (state === '42501') throw notAllowedError(set, thrown);
      if (state === undefined || !CREATED_MEANWHILE.has(state) || attempt === MAX_ATTEMPTS) throw thrown;
      await pause(20 * attempt * Math.random());
    }
  }
}

/** Claims the row of the step first: other nodes that apply it wait for the commit, and then have nothing to do. */
async function apply(
  database: SqlDatabase,
  { table }: SchemaSet,
  { version, sql }: SchemaFile,
): Promise<void> {
  await database.run(async (transaction) => {
    const claimed = await transaction.execute(
      `INSERT INTO ${table} (version) VALUES ($1::int) ON CONFLICT DO NOTHING RETURNING version`,
      [version],
    );
    if (claimed.length === 0) return;
    for (const statement of statementsOf(sql)) await transaction.execute(statement);
  });
}

/** Version of the tables; undefined if there are none. */
async function versionOf(database: SqlDatabase, { table }: SchemaSet): Promise<number | undefined> {
  try {
    const [row] = await database.root.execute(`SELECT max(version)::int AS version FROM ${table}`);
    return (row?.['version'] as number | null | undefined) ?? 0;
  } catch (thrown) {
    if (sqlStateOf(thrown) === '42P01') return undefined;
    throw thrown;
  }
}

function verify({ what, package: name, script, files }: SchemaSet, version: number | undefined): void {
  const needed = files.length;
  if (version === needed) return;
  const found = version === undefined || version === 0 ? 'has none' : `has version ${version} of them`;
  const fix =
    (version ?? 0) > needed
      ? `Update ${name} on this node.`
      : `Apply the script of ${script}(${version ?? 0}) in a migration, or use schema: 'create'.`;
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `${what} needs version ${needed} of its tables, but the database ${found}. ${fix}`,
    { details: { needed, found: version ?? 0 } },
  );
}

/** Checks that all tables exist: the version does not show that one was dropped. */
async function requireTables(database: SqlDatabase, { what, table: steps, files }: SchemaSet): Promise<void> {
  const tables = files.flatMap(({ sql }) =>
    [...sql.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name = '']) => name),
  );
  const [missing] = await database.root.execute(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL LIMIT 1',
    [tables],
  );
  if (missing === undefined) return;
  const table = String(missing['name']);
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `${what} needs the table ${table}, which is missing although ${steps} lists its step: restore it from a backup, or drop ` +
      `${steps} and the other tables to start over.`,
    { details: { table } },
  );
}

function notAllowedError({ what, script }: SchemaSet, thrown: unknown): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `${what} may not create its tables: ${toError(thrown).message}. Apply the script of ${script}() in a migration by a ` +
      "role that may, and use schema: 'verify'.",
    { cause: thrown },
  );
}
