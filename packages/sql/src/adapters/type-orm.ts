import { sqlDatabase } from '../database/adapter-database.js';
import { hasMethods, propertyOf } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

interface TypeOrmQueryable {
  query(sql: string, values: SqlValue[]): Promise<unknown>;
}

interface TypeOrmQueryRunner {
  startTransaction(): Promise<void>;
  commitTransaction(): Promise<void>;
  rollbackTransaction(): Promise<void>;
  release(): Promise<void>;
}

/** `DataSource` of TypeORM. */
export interface TypeOrmDataSource<
  Manager extends TypeOrmQueryable = TypeOrmQueryable,
> extends TypeOrmQueryable {
  readonly manager: Manager;
  createQueryRunner(): TypeOrmQueryRunner & { readonly manager: Manager };
}

/**
 * A database through [TypeORM](https://typeorm.io). The handle of a transaction is its `EntityManager`; a `QueryRunner`
 * with a transaction is accepted, too.
 * @param dataSource the `DataSource`, or the Nest token of its provider: `typeOrm(DataSource)`
 *
 * @publicApi
 */
export function typeOrm<Source extends TypeOrmDataSource>(
  dataSource: SqlSource<Source>,
): SqlDatabase<Source['manager']> {
  return sqlDatabase<Source, Source['manager']>(
    {
      name: 'typeOrm',
      isSource: (value) =>
        hasMethods(value, 'createQueryRunner', 'query') && propertyOf(value, 'queryRunner') === undefined,
      isHandle: (value) =>
        hasMethods(value, 'query') &&
        [value, propertyOf(value, 'queryRunner')].some(
          (runner) => propertyOf(runner, 'isTransactionActive') === true,
        ),
      nests: 'transaction',
      statements: ['query'],
      query: async (on, sql, values) => rowsOf(await on.query(sql, values)),
      async transaction(source, work) {
        const runner = source.createQueryRunner();
        try {
          await runner.startTransaction();
          const result = await work(runner.manager);
          await runner.commitTransaction();
          return result;
        } catch (thrown) {
          await runner.rollbackTransaction().catch(() => {}); // None was started, or the connection is lost.
          throw thrown;
        } finally {
          await runner.release();
        }
      },
    },
    dataSource,
  );
}

/** For UPDATE and DELETE the result is a pair of rows and their number. */
function rowsOf(result: unknown): readonly SqlRow[] {
  if (!Array.isArray(result)) return [];
  return (Array.isArray(result[0]) ? result[0] : result) as readonly SqlRow[];
}
