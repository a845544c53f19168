import { outboxInboxOutcome } from './001-outbox-inbox-outcome.sql.js';
import { record } from './002-record.sql.js';
import { schemaScript } from './schema-set.js';
import type { SchemaFile, SchemaSet } from './schema-set.js';

/** All steps, in order. */
export const SCHEMA_FILES: readonly SchemaFile[] = Object.freeze([
  { version: 1, file: '001-outbox-inbox-outcome.sql', sql: outboxInboxOutcome },
  { version: 2, file: '002-record.sql', sql: record },
]);

/** The tables of the outbox. */
export const OUTBOX_SCHEMA: SchemaSet = Object.freeze({
  what: 'The outbox',
  package: '@catga/sql',
  script: 'sqlSchema',
  table: 'catga_schema',
  files: SCHEMA_FILES,
});

/**
 * Schema of the outbox as one script, for a migration tool: use it with `schema: 'verify'`, which only checks the tables.
 * @param after schema version that the database already has
 *
 * @publicApi
 */
export function sqlSchema(after = 0): string {
  return schemaScript(OUTBOX_SCHEMA, after);
}
