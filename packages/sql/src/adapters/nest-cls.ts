import { CatgaError } from '@catga/core';
import { AdapterDatabase } from '../database/adapter-database.js';
import { ClsDatabase } from './cls-database.js';
import type { SqlSource } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';

/** `TransactionHost` of `@nestjs-cls/transactional`. */
export interface ClsTransactionHost {
  withTransaction<T>(propagation: never, work: (...args: never[]) => Promise<T>): Promise<T>;
}

/** An adapter of `@nestjs-cls/transactional`, such as `TransactionalAdapterTypeOrm`. */
export interface ClsTransactionalAdapter {
  optionsFactory(...args: never[]): object;
}

/** A database whose transactions are those of `@Transactional()`. */
export interface ClsSqlDatabase<Handle = unknown> extends SqlDatabase<Handle> {
  /** Wraps the adapter for `ClsPluginTransactional`, so that `@Transactional()` opens transactions of this database. */
  wrap<Adapter extends ClsTransactionalAdapter>(adapter: Adapter): Adapter;
}

/**
 * A database whose transactions are those of `@nestjs-cls/transactional`: `@Transactional()` opens transactions of the
 * database, and the database opens transactions of `TransactionHost`.
 * @param database of the library that the adapter of `ClsPluginTransactional` uses: `typeOrm(DataSource)`
 * @param host `TransactionHost`, the token of a named one, or the instance
 * @throws CatgaError `CATGA_CONFIGURATION` for a database that `sqlDatabase()` did not make
 *
 * @publicApi
 */
export function nestCls<Handle extends object>(
  database: SqlDatabase<Handle>,
  host: SqlSource<ClsTransactionHost>,
): ClsSqlDatabase<Handle> {
  if (database instanceof AdapterDatabase)
    return new ClsDatabase(database as AdapterDatabase<unknown, Handle>, host);
  throw new CatgaError(
    'CATGA_CONFIGURATION',
    'nestCls() needs a database of another adapter: nestCls(typeOrm(DataSource), …).',
  );
}
