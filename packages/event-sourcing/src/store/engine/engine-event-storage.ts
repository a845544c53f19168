import { CatgaError } from '@catga/nestjs';
import { checkedOptions } from '@catga/core/engine';
import type { SchemaMode, SqlDatabase, SqlToken } from '@catga/sql';
import { openWithSchema } from '@catga/sql/engine';
import { z } from 'zod';
import type { EventStorage, EventStoreClient, ProjectionStore } from '../event-store.js';
import { RecordProjections } from '../records/record-projections.js';
import { EVENT_SCHEMA } from '../sql/event-schema.js';
import { SqlProjections } from '../sql/sql-projections.js';
import { EngineEventStore } from './engine-event-store.js';

/**
 * Options of an event store in the engine.
 *
 * @publicApi
 */
export interface EngineEventStoreOptions {
  /**
   * Database of the read models. The progress of projections is stored there, in the transaction that writes the read model: each event
   * takes effect once, and projections may have tables.
   * @defaultValue none: progress is stored in the engine, and events are handled at least once
   */
  readonly readModels?: SqlDatabase;
  /**
   * Schema mode of the tables in `readModels`, as in {@link SqlEventStoreOptions}.
   * @defaultValue 'create'
   */
  readonly schema?: SchemaMode;
}

const optionsSchema = z.strictObject({ schema: z.enum(['create', 'verify', 'off']).default('create') });

/**
 * Event store in the engine of the node: `nats()`, in a JetStream stream, or `memory()`, for tests. Each append is one message, so it is
 * atomic. The events of a decision are published after the append.
 *
 * @example
 * CatgaModule.forRoot({ engine: nats('nats://broker:4222') });
 * CatgaEventSourcingModule.forRoot({ storage: engineEventStore() });
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options, and at start-up for an engine without event streams
 * @publicApi
 */
export function engineEventStore({ readModels, ...options }: EngineEventStoreOptions = {}): EventStorage {
  const { schema } = checkedOptions('The event store in the engine', optionsSchema, options);
  return Object.freeze({
    name: 'engine',
    isInEngine: true,
    ...(readModels !== undefined && { readModels }),
    async open(client: EventStoreClient) {
      const { engine } = client;
      if (engine === undefined)
        throw new CatgaError(
          'CATGA_CONFIGURATION',
          'The event store in the engine is opened without a node.',
        );
      const projections =
        readModels === undefined
          ? new RecordProjections(engine, client.clock)
          : await projectionsIn(readModels, schema, client);
      return new EngineEventStore(engine, projections);
    },
  });
}

async function projectionsIn(
  database: SqlDatabase,
  schema: SchemaMode,
  client: EventStoreClient,
): Promise<ProjectionStore> {
  await openWithSchema(database, (token: SqlToken) => client.resolve(token), EVENT_SCHEMA, schema);
  return new SqlProjections(database, client.namespace);
}
