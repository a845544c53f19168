import { sqlDatabase } from '../database/adapter-database.js';
import { queryByKnex } from './knex.js';
import { queryByKysely } from './kysely.js';
import { hasMethods, propertyOf } from './structure.js';
import type { KnexQueryable } from './knex.js';
import type { KyselyQueryable } from './kysely.js';
import type { SqlSource } from '../database/sql-adapter.js';
import type { SqlDatabase } from '../database/sql-database.js';

/** `EntityManager` of `@mikro-orm/postgresql`. */
export interface MikroOrmEntityManager {
  fork(): MikroOrmEntityManager;
  flush(): Promise<unknown>;
  isInTransaction(): boolean;
  getTransactionContext(): unknown;
  transactional<T>(work: (em: MikroOrmEntityManager) => Promise<T>): Promise<T>;
  /** MikroORM 6. */
  getKnex?(): unknown;
  /** MikroORM 7. */
  getKysely?(): unknown;
}

/** `MikroORM`. */
export interface MikroOrm<Em extends MikroOrmEntityManager = MikroOrmEntityManager> {
  readonly em: Em;
}

/**
 * A database through [MikroORM](https://mikro-orm.io) with `@mikro-orm/postgresql`. The handle of a transaction is its
 * `EntityManager`; an injected `EntityManager` uses the same transaction. Changes of entities are flushed before COMMIT.
 * @param orm `MikroORM`, or the Nest token of its provider: `mikroOrm(MikroORM)`
 *
 * @publicApi
 */
export function mikroOrm<Orm extends MikroOrm>(orm: SqlSource<Orm>): SqlDatabase<Orm['em']> {
  return sqlDatabase<Orm, Orm['em']>(
    {
      name: 'mikroOrm',
      isSource: (value) => hasMethods(propertyOf(value, 'em'), 'fork', 'transactional'),
      isHandle: (value) => hasMethods(value, 'getTransactionContext') && isInTransaction(value),
      query: (on, sql, values) => {
        const at = connectionOf('em' in on ? on.em.fork() : on);
        return hasMethods(at, 'withoutPlugins')
          ? queryByKysely(at as KyselyQueryable, sql, values)
          : queryByKnex(at as KnexQueryable, sql, values);
      },
      transaction: ({ em }, work) => em.fork().transactional(work),
      nests: 'transactional',
      flush: async (em) => void (await em.flush()),
    },
    orm,
  );
}

function isInTransaction(value: unknown): boolean {
  return (value as MikroOrmEntityManager).isInTransaction();
}

/** The transaction of an entity manager, or its pool. */
function connectionOf(em: MikroOrmEntityManager): unknown {
  return em.getTransactionContext() ?? em.getKnex?.() ?? em.getKysely?.();
}
