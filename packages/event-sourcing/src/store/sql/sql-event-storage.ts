import { checkedOptions } from '@catga/core/engine';
import { sqlStateOf } from '@catga/sql';
import type { SchemaMode, SqlDatabase, SqlToken } from '@catga/sql';
import { openWithSchema } from '@catga/sql/engine';
import { z } from 'zod';
import type { EventStorage, EventStoreClient } from '../event-store.js';
import { EVENT_SCHEMA } from './event-schema.js';
import { SqlEventStore } from './sql-event-store.js';

/**
 * Options of an event store in a database.
 *
 * @publicApi
 */
export interface SqlEventStoreOptions {
  /**
   * Handling of the tables at start-up. `'create'`: creates them. `'verify'`: fails the start without them; create them in a migration by
   * the script of `eventStoreSchema()`. `'off'`: nothing.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode;
}

const optionsSchema = z.strictObject({ schema: z.enum(['create', 'verify', 'off']).default('create') });

/**
 * Event store in the application's PostgreSQL. A decision commits with the surrounding transaction, and with the events it publishes
 * through the outbox of the same database.
 *
 * @example
 * const database = pg(pool);
 * CatgaModule.forRoot({ outbox: sqlOutbox(database) });
 * CatgaEventSourcingModule.forRoot({ storage: sqlEventStore(database) });
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options; at start-up for tables that are missing or of another version, and
 *   without an outbox in the same database. `CATGA_DATABASE_UNAVAILABLE` at start-up if the database cannot be reached
 * @publicApi
 */
export function sqlEventStore(database: SqlDatabase, options: SqlEventStoreOptions = {}): EventStorage {
  const { schema } = checkedOptions('The event store in a database', optionsSchema, options);
  return Object.freeze({
    name: database.name,
    database,
    async open(client: EventStoreClient) {
      await openWithSchema(database, (token: SqlToken) => client.resolve(token), EVENT_SCHEMA, schema);
      await beginEpoch(database);
      return new SqlEventStore(database, client.namespace);
    },
  });
}

/**
 * Begins a new epoch in another database cluster, which counts transactions from the start: new events are ordered after all existing ones.
 */
async function beginEpoch(database: SqlDatabase): Promise<void> {
  await database.root.execute(
    `INSERT INTO catga_event_epoch (epoch, cluster)
     SELECT coalesce(max(epoch), 0) + 1, $1::text FROM catga_event_epoch
     HAVING coalesce((SELECT cluster FROM catga_event_epoch ORDER BY epoch DESC LIMIT 1), '') <> $1::text
     ON CONFLICT DO NOTHING`,
    [await clusterOf(database)],
  );
}

/** Identifier of the server's data. */
async function clusterOf({ root }: SqlDatabase): Promise<string> {
  try {
    const [row] = await root.execute('SELECT system_identifier::text AS cluster FROM pg_control_system()');
    return row?.['cluster'] as string;
  } catch (thrown) {
    // Without permission to read it: a dump must not be restored into another cluster then.
    if (sqlStateOf(thrown) === '42501') return 'unknown';
    throw thrown;
  }
}
