import { sqlDatabase } from '../database/adapter-database.js';
import { hasMethods } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

interface PrismaQueryable {
  $queryRawUnsafe<T = unknown>(sql: string, ...values: SqlValue[]): PromiseLike<T>;
}

/** `PrismaClient`. */
export interface PrismaDatabase<
  Transaction extends PrismaQueryable = PrismaQueryable,
> extends PrismaQueryable {
  $transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/**
 * A database through [Prisma](https://www.prisma.io). The handle of a transaction is Prisma's `tx`. Its time limits are
 * Prisma's (5 s, unless the client has `transactionOptions`).
 * @param client `PrismaClient`, or the Nest token of its provider
 *
 * @publicApi
 */
export function prisma<Transaction extends PrismaQueryable>(
  client: SqlSource<PrismaDatabase<Transaction>>,
): SqlDatabase<Transaction> {
  return sqlDatabase<PrismaDatabase<Transaction>, Transaction>(
    {
      name: 'prisma',
      isSource: (value) => hasMethods(value, '$queryRawUnsafe', '$transaction', '$connect'),
      isHandle: (value) => hasMethods(value, '$queryRawUnsafe') && !hasMethods(value, '$connect'),
      query: (on, sql, values) => Promise.resolve(on.$queryRawUnsafe<readonly SqlRow[]>(sql, ...values)),
      transaction: (source, work) => source.$transaction(work),
    },
    client,
  );
}
