import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { typeOrm } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from './describe-outbox.js';
import { usesPostgres } from './postgres.fixture.js';
import type { EntityManager } from 'typeorm';

const server = usesPostgres();

async function open(url: string, poolSize: number) {
  const source = await new DataSource({ type: 'postgres', url, poolSize }).initialize();
  return {
    source,
    database: typeOrm(source),
    transact: (work: (manager: EntityManager) => Promise<void>) => source.transaction(work),
    statement: async (manager: EntityManager, sql: string) => void (await manager.query(sql)),
    nest: (manager: EntityManager, work: () => Promise<void>) => manager.transaction(work),
    rollback: async (manager: EntityManager) => manager.queryRunner?.rollbackTransaction(),
    close: () => source.destroy(),
  };
}

describeSqlDatabase('TypeORM', { open: (poolSize) => open(server.url, poolSize) });
describeOutbox(
  'TypeORM',
  { open: (poolSize) => open(server.url, poolSize) },
  { describe, it, beforeAll, beforeEach, afterAll },
);

describe('The adapter of TypeORM', () => {
  it('knows the type of its handle', () => {
    const manager: EntityManager | undefined = typeOrm(DataSource).current();
    expect(manager).toBeUndefined();
  });

  it('accepts a query runner with a transaction, and no other manager or data source', async () => {
    const { source, database, close } = await open(server.url, 1);
    const runner = source.createQueryRunner();
    for (const value of [source, source.manager, runner]) expect(database.executorOf(value)).toBeUndefined();
    await runner.startTransaction();
    for (const value of [runner, runner.manager])
      expect(await database.executorOf(value)?.execute('SELECT 1::int4 AS one')).toEqual([{ one: 1 }]);
    await runner.rollbackTransaction();
    await runner.release();
    await close();
  });
});
