export { drizzle } from './adapters/drizzle.js';
export type { DrizzleDatabase } from './adapters/drizzle.js';
export { knex } from './adapters/knex.js';
export type { KnexDatabase } from './adapters/knex.js';
export { kysely } from './adapters/kysely.js';
export type { KyselyDatabase } from './adapters/kysely.js';
export { mikroOrm } from './adapters/mikro-orm.js';
export type { MikroOrm, MikroOrmEntityManager } from './adapters/mikro-orm.js';
export { nestCls } from './adapters/nest-cls.js';
export type { ClsSqlDatabase, ClsTransactionHost, ClsTransactionalAdapter } from './adapters/nest-cls.js';
export { pg } from './adapters/pg.js';
export type { PgOptions } from './adapters/pg.js';
export type { PgClient, PgPool, PgStatement } from './adapters/pg-connection.js';
export { pglite } from './adapters/pglite.js';
export type { PGliteDatabase, PGliteTransaction } from './adapters/pglite.js';
export { prisma } from './adapters/prisma.js';
export type { PrismaDatabase } from './adapters/prisma.js';
export { typeOrm } from './adapters/type-orm.js';
export type { TypeOrmDataSource } from './adapters/type-orm.js';
export { sqlDatabase } from './database/adapter-database.js';
export type { SqlAdapter, SqlSource, SqlStatement, SqlValue } from './database/sql-adapter.js';
export type {
  SqlDatabase,
  SqlIsolation,
  SqlResolver,
  SqlToken,
  SqlTransactionOptions,
} from './database/sql-database.js';
export type { SqlExecutor, SqlParameter, SqlRow } from './database/sql-executor.js';
export { sqlStateOf } from './database/sql-state.js';
export type { SqlFinalExecutor, SqlParticipant, SqlTransaction } from './database/sql-transaction.js';
export { sqlOutbox } from './outbox/sql-outbox.js';
export type { SqlOutboxOptions } from './outbox/sql-outbox-options.js';
export type { SchemaMode } from './schema/prepare-schema.js';
export { sqlSchema } from './schema/schema-files.js';
