import type { SqlExecutor } from '@catga/sql';

/** Name of a table: short enough for a PostgreSQL identifier with the number of a build. */
const NAME = /^[a-z_][a-z0-9_]{0,39}$/;
/** Name of a table of a build. */
const OF_BUILD = /_build_[0-9]+$/;
/** A statement that waits for a lock on a view or table blocks its readers. Shorter than `deadlock_timeout`, so that no reader is the victim of a deadlock. */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '500ms'";

type Tables = Readonly<Record<string, string>>;

/** Problems of `@Projection({ tables })`. */
export function tableProblemsOf(tables: Tables): readonly string[] {
  if (typeof tables !== 'object' || tables === null || Array.isArray(tables))
    return ['has tables that are not an object of columns by name.'];
  return Object.entries(tables).flatMap(([name, columns]) => [
    ...(NAME.test(name) && !OF_BUILD.test(name)
      ? []
      : [
          `has the table '${name}': use 1 to 40 lower-case letters, digits and '_', not starting with a digit, and not ending like the tables of builds ('_build_1').`,
        ]),
    ...(typeof columns === 'string' && columns.trim() !== ''
      ? []
      : [`has the table '${name}' without columns.`]),
  ]);
}

/** Name of a table in a build. */
export function tableOf(name: string, build: number): string {
  return `${name}_build_${build}`;
}

/** Creates the tables of a build. */
export async function createTables(tables: Tables, build: number, tx: SqlExecutor): Promise<void> {
  for (const [name, columns] of Object.entries(tables))
    await tx.execute(`CREATE TABLE ${tableOf(name, build)} (${columns})`);
}

/** Points the views to the tables of a build. They keep their grants and dependent objects unless their columns change. */
export async function showTables(tables: Tables, build: number, tx: SqlExecutor): Promise<void> {
  for (const name of Object.keys(tables)) {
    // The name may be an SQL keyword.
    const view = `VIEW "${name}" AS SELECT * FROM ${tableOf(name, build)}`;
    await tx.execute(`DO $$ BEGIN
      CREATE OR REPLACE ${view};
    EXCEPTION WHEN invalid_table_definition THEN
      DROP VIEW "${name}";
      CREATE ${view};
    END $$`);
  }
}

export async function dropTables(tables: Tables, build: number, tx: SqlExecutor): Promise<void> {
  await waitShortly(tx);
  for (const name of Object.keys(tables)) await tx.execute(`DROP TABLE IF EXISTS ${tableOf(name, build)}`);
}

/** Sets a lock timeout for the transaction. */
export async function waitShortly(tx: SqlExecutor): Promise<void> {
  await tx.execute(LOCK_TIMEOUT);
}
