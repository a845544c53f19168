import { schemaScript } from '@catga/sql/engine';
import type { SchemaSet } from '@catga/sql/engine';
import { events } from './001-events.sql.js';

/** Schema of event stores. */
export const EVENT_SCHEMA: SchemaSet = Object.freeze({
  what: 'The event store',
  package: '@catga/event-sourcing',
  script: 'eventStoreSchema',
  table: 'catga_event_schema',
  files: Object.freeze([{ version: 1, file: '001-events.sql', sql: events }]),
});

/**
 * Schema of event stores as one script, for a migration tool: use it with `schema: 'verify'`, which only checks the tables.
 * @param after schema version that the database already has
 *
 * @publicApi
 */
export function eventStoreSchema(after = 0): string {
  return schemaScript(EVENT_SCHEMA, after);
}
