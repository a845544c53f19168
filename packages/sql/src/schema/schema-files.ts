import { outboxInboxOutcome } from './001-outbox-inbox-outcome.sql.js';
import { record } from './002-record.sql.js';

/** A step of the schema. Steps are never changed once they are released. */
export interface SchemaFile {
  readonly version: number;
  /** Name of the file in the folder `sql` of this package. */
  readonly file: string;
  readonly sql: string;
}

/** All steps, in order. */
export const SCHEMA_FILES: readonly SchemaFile[] = Object.freeze([
  { version: 1, file: '001-outbox-inbox-outcome.sql', sql: outboxInboxOutcome },
  { version: 2, file: '002-record.sql', sql: record },
]);

/** Version of the schema that this package works with. */
export const SCHEMA_VERSION = SCHEMA_FILES.length;

/** Table of the steps that were applied. */
export const SCHEMA_TABLE = `CREATE TABLE IF NOT EXISTS catga_schema (
  version integer PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

/** Single statements of a file: no statement of ours contains a semicolon of its own. */
export function statementsOf(sql: string): readonly string[] {
  return sql
    .replaceAll(/^--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * The schema as one script, for migrations by another tool: with `schema: 'verify'` the outbox then only checks it.
 * @param after version that the database has already
 *
 * @publicApi
 */
export function sqlSchema(after = 0): string {
  const files = SCHEMA_FILES.filter(({ version }) => version > after);
  const steps = files.map(
    ({ version, file, sql }) =>
      `-- ${file}\n${sql}\nINSERT INTO catga_schema (version) VALUES (${version});\n`,
  );
  return [`${SCHEMA_TABLE};\n`, ...steps].join('\n');
}
