import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { mikroOrm } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from './describe-outbox.js';
import { usesPostgres } from './postgres.fixture.js';

interface Order {
  id: string;
}

const Order = new EntitySchema<Order>({
  name: 'Order',
  tableName: 'orders',
  properties: { id: { type: 'text', primary: true } },
});
/** Its Knex writes about a lost connection to the console. */
const SILENT = { warn: () => {}, error: () => {} };
const server = usesPostgres();

async function open(clientUrl: string, max: number) {
  const orm = await MikroORM.init({
    clientUrl,
    pool: { min: 0, max },
    entities: [Order],
    allowGlobalContext: true,
    driverOptions: { log: SILENT },
  });
  type EntityManager = typeof orm.em;
  return {
    orm,
    database: mikroOrm(orm),
    transact: (work: (em: EntityManager) => Promise<void>) => orm.em.fork().transactional(work),
    statement: async (em: EntityManager, sql: string) => void (await em.execute(sql)),
    nest: (em: EntityManager, work: () => Promise<void>) => em.transactional(work),
    rollback: (em: EntityManager) => em.rollback(),
    close: () => orm.close(),
  };
}

describeSqlDatabase('MikroORM', { open: (poolSize) => open(server.url, poolSize) });
describeOutbox(
  'MikroORM',
  { open: (poolSize) => open(server.url, poolSize) },
  { describe, it, beforeAll, beforeEach, afterAll },
);

describe('The adapter of MikroORM', () => {
  it('uses the transaction for an injected entity manager, and flushes its changes', async () => {
    const { orm, database, close } = await open(server.url, 1);
    await orm.schema.createSchema();
    await database.run(async (transaction) => {
      orm.em.create(Order, { id: 'a' });
      await database
        .run(async () => {
          orm.em.create(Order, { id: 'b' });
          throw new Error('no');
        })
        .catch(() => {});
      expect(await transaction.execute('SELECT id FROM orders')).toEqual([{ id: 'a' }]);
    });
    await close();
  });
});
