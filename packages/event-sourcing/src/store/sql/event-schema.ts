import { schemaScript } from '@catga/sql/engine';
import type { SchemaSet } from '@catga/sql/engine';
import { events } from './001-events.sql.js';

/** The tables of event stores. */
export const EVENT_SCHEMA: SchemaSet = Object.freeze({
  what: 'The event store',
  package: '@catga/event-sourcing',
  script: 'eventStoreSchema',
  table: 'catga_event_schema',
  files: Object.freeze([{ version: 1, file: '001-events.sql', sql: events }]),
});

/**
 * The tables of event stores as one script, for migrations by another tool: with `schema: 'verify'` the store then only checks them.
 * @param after version that the database has already
 *
 * @publicApi
 */
export function eventStoreSchema(after = 0): string {
  return schemaScript(EVENT_SCHEMA, after);
}
