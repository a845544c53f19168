import type { Outbox, OutboxClient } from '@catga/core/outbox';
import type { SqlDatabase } from '../database/sql-database.js';
import { openWithSchema } from '../schema/prepare-schema.js';
import { OUTBOX_SCHEMA } from '../schema/schema-files.js';
import { resolveSqlOutboxOptions } from './sql-outbox-options.js';
import type { SqlOutboxOptions } from './sql-outbox-options.js';
import { SqlOutboxStore } from './sql-outbox-store.js';

/**
 * Outbox, inbox and outcomes in the application's PostgreSQL: what is published in a transaction commits with its rows, and
 * handlers with `transaction: true` have one effect per message.
 *
 * @example `CatgaModule.forRoot({ engine: nats(url), outbox: sqlOutbox(typeOrm(DataSource)) })`
 * @throws CatgaError `CATGA_CONFIGURATION` for invalid options; at start-up for tables that are missing or of another
 *   version, and for a token without a provider. `CATGA_DATABASE_UNAVAILABLE` at start-up if the database cannot be reached
 * @publicApi
 */
export function sqlOutbox(database: SqlDatabase, options: SqlOutboxOptions = {}): Outbox {
  const resolved = resolveSqlOutboxOptions(options);
  return Object.freeze({
    name: database.name,
    capabilities: Object.freeze({
      isLasting: true,
      isTransactional: true,
      opensTransactions: true,
      keepsRecords: true,
    }),
    database,
    async open(client: OutboxClient) {
      await openWithSchema(database, (token) => client.resolve(token), OUTBOX_SCHEMA, resolved.schema);
      return new SqlOutboxStore(database, client, resolved);
    },
  });
}
