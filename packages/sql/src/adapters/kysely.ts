import { sqlDatabase } from '../database/adapter-database.js';
import { hasMethods, propertyOf } from './structure.js';
import type { SqlSource, SqlValue } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';
import type { SqlRow } from '../database/sql-executor.js';

interface CompiledStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  readonly query: {
    readonly kind: 'RawNode';
    readonly sqlFragments: readonly string[];
    readonly parameters: [];
  };
  readonly queryId: { readonly queryId: string };
}

export interface KyselyQueryable {
  readonly isTransaction: boolean;
  withoutPlugins(): {
    executeQuery(statement: CompiledStatement): Promise<{ readonly rows: readonly unknown[] }>;
  };
}

/** `Kysely`. */
export interface KyselyDatabase<
  Transaction extends KyselyQueryable = KyselyQueryable,
> extends KyselyQueryable {
  transaction(): { execute<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> };
}

/**
 * A database through [Kysely](https://kysely.dev). The handle of a transaction is its `Transaction`.
 * @param database `Kysely`, or the Nest token of its provider
 *
 * @publicApi
 */
export function kysely<Transaction extends KyselyQueryable>(
  database: SqlSource<KyselyDatabase<Transaction>>,
): SqlDatabase<Transaction> {
  return sqlDatabase<KyselyDatabase<Transaction>, Transaction>(
    {
      name: 'kysely',
      isSource: (value) => hasMethods(value, 'withoutPlugins', 'transaction') && !isTransaction(value),
      isHandle: (value) => hasMethods(value, 'withoutPlugins') && isTransaction(value),
      query: queryByKysely,
      transaction: (source, work) => source.transaction().execute(work),
    },
    database,
  );
}

function isTransaction(value: unknown): boolean {
  return propertyOf(value, 'isTransaction') === true;
}

/** Queries without plugins, which may rename columns. The statement is that of Kysely's `CompiledQuery.raw`. */
export async function queryByKysely(
  on: KyselyQueryable,
  sql: string,
  parameters: SqlValue[],
): Promise<readonly SqlRow[]> {
  const { rows } = await on.withoutPlugins().executeQuery({
    sql,
    parameters,
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'catga' },
  });
  return rows as readonly SqlRow[];
}
