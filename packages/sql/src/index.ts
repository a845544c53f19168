export { pg } from './adapters/pg.js';
export type { PgClient, PgPool } from './adapters/pg.js';
export { pglite } from './adapters/pglite.js';
export type { PGliteDatabase, PGliteTransaction } from './adapters/pglite.js';
export { sqlDatabase } from './database/adapter-database.js';
export type { SqlAdapter, SqlSource, SqlValue } from './database/sql-adapter.js';
export type {
  SqlDatabase,
  SqlIsolation,
  SqlResolver,
  SqlToken,
  SqlTransactionOptions,
} from './database/sql-database.js';
export type { SqlExecutor, SqlParameter, SqlRow } from './database/sql-executor.js';
export type { SqlParticipant, SqlTransaction } from './database/sql-transaction.js';
export { sqlOutbox } from './outbox/sql-outbox.js';
export type { SqlOutboxOptions } from './outbox/sql-outbox-options.js';
export type { SchemaMode } from './schema/prepare-schema.js';
export { sqlSchema } from './schema/schema-files.js';
