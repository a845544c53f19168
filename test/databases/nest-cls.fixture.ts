// Runs in a process of its own, by the test runner of Node: Jest cannot load nestjs-cls, which is CommonJS, with Nest 12,
// which is not.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  ClsPluginTransactional,
  Propagation,
  Transactional,
  TransactionHost,
} from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClsModule } from 'nestjs-cls';
import { DataSource } from 'typeorm';
import { nestCls, typeOrm } from '@catga/sql';
import { describeSqlDatabase } from '@catga/sql/testing';
import { describeOutbox } from './describe-outbox.js';
import type { TestRunner } from '@catga/sql/testing';
import type { ClsSqlDatabase, SqlParticipant } from '@catga/sql';
import type { INestApplicationContext } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

type Adapter = TransactionalAdapterTypeOrm;
const url = process.argv[2];

/** The application that was opened last. */
let latest: INestApplicationContext | undefined;

/** An application with `@Transactional()`. */
async function open(poolSize: number) {
  const source = await new DataSource({ type: 'postgres', url, poolSize }).initialize();
  const database = nestCls(typeOrm(DataSource), TransactionHost);

  @Module({ providers: [{ provide: DataSource, useValue: source }], exports: [DataSource] })
  class DatabaseModule {}

  const adapter = database.wrap(new TransactionalAdapterTypeOrm({ dataSourceToken: DataSource }));
  const plugin = new ClsPluginTransactional({ imports: [DatabaseModule], adapter });
  @Module({ imports: [DatabaseModule, ClsModule.forRoot({ plugins: [plugin] })] })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  latest = app;
  database.open((token) => app.get(token as string, { strict: false }));
  return {
    app,
    database,
    transact: (work: (manager: EntityManager) => Promise<void>) => source.transaction(work),
    statement: async (manager: EntityManager, sql: string) => void (await manager.query(sql)),
    nest: (manager: EntityManager, work: () => Promise<void>) => manager.transaction(work),
    async close() {
      await app.close();
      await source.destroy();
    },
  };
}

const runner: TestRunner = { describe, it, beforeAll: before, beforeEach, afterAll: after };

describeSqlDatabase('@nestjs-cls/transactional over TypeORM', { open }, runner);
describeOutbox('@nestjs-cls/transactional over TypeORM', { open }, runner, (token) =>
  latest?.get(token as string, { strict: false }),
);

runner.describe('@Transactional()', () => {
  let app: INestApplicationContext;
  let database: ClsSqlDatabase<EntityManager>;
  let close: () => Promise<void>;
  const calls: string[] = [];
  const participant: SqlParticipant<string> = {
    beforeCommit: async (items, transaction) => {
      calls.push(`before ${items.join()}`);
      await transaction.execute('SELECT 1');
    },
    committed: (items) => void calls.push(`committed ${items.join()}`),
    rolledBack: (items) => void calls.push(`rolled back ${items.join()}`),
  };

  class Orders {
    @Transactional()
    async place(item: string): Promise<void> {
      database.ambient()?.enlist(participant, item);
      await this.nested(`${item} nested`);
      await this.failing(`${item} failing`).catch(() => {});
      if (item === 'refused') throw new Error('refused');
    }
    @Transactional(Propagation.Required)
    async nested(item: string): Promise<void> {
      database.ambient()?.enlist(participant, item);
    }
    @Transactional(Propagation.Nested)
    async failing(item: string): Promise<void> {
      database.ambient()?.enlist(participant, item);
      throw new Error('failing');
    }
    @Transactional(Propagation.RequiresNew)
    async apart(item: string): Promise<void> {
      database.ambient()?.enlist(participant, item);
    }
  }
  const orders = new Orders();

  before(async () => {
    ({ app, database, close } = await open(2));
  });
  after(() => close());

  runner.it('commits what was enlisted in it, and drops what a nested one has rolled back', async () => {
    calls.length = 0;
    await orders.place('a');
    assert.deepEqual(calls, ['rolled back a failing', 'before a,a nested', 'committed a,a nested']);
  });

  runner.it('drops all of it if it rolls back', async () => {
    calls.length = 0;
    await assert.rejects(orders.place('refused'), /refused/);
    assert.deepEqual(calls, ['rolled back refused failing', 'rolled back refused,refused nested']);
  });

  runner.it(
    'joins a transaction that the database has opened, and so does the transaction host',
    async () => {
      calls.length = 0;
      const host = app.get<TransactionHost<Adapter>>(TransactionHost, { strict: false });
      await database.run(async ({ handle }) => {
        assert.equal(host.tx, handle);
        await orders.nested('a');
        await orders.apart('b');
      });
      assert.deepEqual(calls, ['before b', 'committed b', 'before a', 'committed a']);
    },
  );
});
