import { setTimeout as pause } from 'node:timers/promises';
import { CatgaError } from '@catga/core';
import { toError } from '@catga/core/engine';
import type { SqlDatabase } from '../database/sql-database.js';
import { SCHEMA_FILES, SCHEMA_TABLE, SCHEMA_VERSION, statementsOf } from './schema-files.js';
import type { SchemaFile } from './schema-files.js';
import { sqlStateOf } from '../database/sql-state.js';

/** What is done about the tables when the outbox is opened. */
export type SchemaMode = 'create' | 'verify' | 'off';

/** Errors of a table or type that another node creates at the same time: unique violation, duplicate table, object, deadlock. */
const CREATED_MEANWHILE = new Set(['23505', '42P07', '42710', '40P01', '40001', 'XX000']);
const MAX_ATTEMPTS = 20;

/**
 * Creates or checks the tables. Many nodes may do so at once.
 * `CATGA_CONFIGURATION` if they are missing, of another version, or may not be created.
 */
export async function prepareSchema(database: SqlDatabase, mode: SchemaMode): Promise<void> {
  if (mode === 'off') return;
  if (mode === 'create') await create(database);
  verify(await versionOf(database));
}

async function create(database: SqlDatabase): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const version = (await versionOf(database)) ?? 0;
      if (version >= SCHEMA_VERSION) return;
      if (version === 0) await database.root.execute(SCHEMA_TABLE);
      for (const file of SCHEMA_FILES) if (file.version > version) await apply(database, file);
      return;
    } catch (thrown) {
      const state = sqlStateOf(thrown);
      if (state === '42501') throw notAllowedError(thrown);
      if (state === undefined || !CREATED_MEANWHILE.has(state) || attempt === MAX_ATTEMPTS) throw thrown;
      await pause(20 * attempt * Math.random());
    }
  }
}

/** The row is claimed first: whoever else applies the file waits for the commit, and then has nothing to do. */
async function apply(database: SqlDatabase, { version, sql }: SchemaFile): Promise<void> {
  await database.run(async (transaction) => {
    const claimed = await transaction.execute(
      'INSERT INTO catga_schema (version) VALUES ($1::int) ON CONFLICT DO NOTHING RETURNING version',
      [version],
    );
    if (claimed.length === 0) return;
    for (const statement of statementsOf(sql)) await transaction.execute(statement);
  });
}

/** Version of the tables; undefined if there are none. */
async function versionOf(database: SqlDatabase): Promise<number | undefined> {
  try {
    const [row] = await database.root.execute('SELECT max(version)::int AS version FROM catga_schema');
    return (row?.['version'] as number | null | undefined) ?? 0;
  } catch (thrown) {
    if (sqlStateOf(thrown) === '42P01') return undefined;
    throw thrown;
  }
}

function verify(version: number | undefined): void {
  if (version === SCHEMA_VERSION) return;
  const found =
    version === undefined || version === 0 ? 'has no tables of it' : `has version ${version} of them`;
  const fix =
    (version ?? 0) > SCHEMA_VERSION
      ? 'Update @catga/sql on this node.'
      : `Apply the script of sqlSchema(${version ?? 0}) in a migration, or use schema: 'create'.`;
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    `The outbox needs version ${SCHEMA_VERSION} of its tables, and the database ${found}. ${fix}`,
    { details: { needed: SCHEMA_VERSION, found: version ?? 0 } },
  );
}

function notAllowedError(thrown: unknown): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `The outbox may not create its tables: ${toError(thrown).message}. Apply the script of sqlSchema() in a migration by a ` +
      "role that may, and use schema: 'verify'.",
    { cause: thrown },
  );
}
