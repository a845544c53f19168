import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@catga/compliance/fixtures';
import { MemoryNetwork } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import { PostgresServer } from '@catga/servers';
import { pg, sqlOutbox } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';
import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { Charge, Declined, Fulfilment, OrderPlaced, Paid, TestShop, partsOf } from './fulfilment.fixture.js';
import type { FulfilmentState, ShopNode } from './fulfilment.fixture.js';
import { On, Saga } from './index.js';
import type { SagaContext, SagaStatus } from './index.js';

const SAGA = 'shop.books';
let database: SqlDatabase<PoolClient>;
let failures = 0;

/** Writes a row for each payment; fails sometimes after it. */
@Saga({ name: SAGA, maxAttempts: 20, backoff: { initialDelayMs: 10 } })
class Books extends Fulfilment {
  @On(Paid, (event) => event.orderId)
  override async paid(event: Paid, saga: SagaContext<FulfilmentState>): Promise<void> {
    await database.current()?.query('INSERT INTO payments VALUES ($1, $2)', [event.orderId, event.part]);
    if (failures > 0 && failures-- % 3 === 0) throw new Error('it is not a good day');
    await super.paid(event, saga);
  }
}

describe('sagas in PostgreSQL', () => {
  let server: PostgresServer;
  let pool: Pool;
  let shop: TestShop;
  let nodes: readonly ShopNode[];

  beforeAll(async () => {
    server = await PostgresServer.spawn();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    pool = new Pool({ connectionString: server.url, max: 10 });
    pool.on('error', () => {});
    await pool.query(
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE payments (id text, part int)',
    );
    database = pg(pool);
    shop = new TestShop(new MemoryNetwork(), systemClock);
    const outbox = sqlOutbox(database);
    const options = { outbox, store: 'outbox' } as const;
    nodes = [await shop.start('one', [Books], options), await shop.start('two', [Books], options)];
  });

  afterEach(async () => {
    await Promise.all(nodes.map(({ node }) => node.stop()));
    await pool.end();
  });

  const isNow = (id: string, status: SagaStatus, revision = 1): Promise<void> =>
    until(async () => {
      const found = await nodes[0]!.sagas.get(SAGA, id);
      return found?.status === status && found.revision >= revision;
    });

  it('commit their record, what their method writes and what they send together, for each of many inputs', async () => {
    await nodes[0]!.node.mediator.publish(new OrderPlaced('o1', 5));
    await isNow('o1', 'running', 3);
    failures = 60;
    const parts = Array.from({ length: 40 }, (_, index) => index + 1);
    await Promise.all(
      parts.flatMap((part) =>
        nodes.map(({ node }) => node.mediator.publish(new Paid('o1', part), { messageId: `p${part}` })),
      ),
    );
    await isNow('o1', 'running', 43);
    const found = await nodes[1]!.sagas.get(SAGA, 'o1');
    expect(partsOf(found).toSorted((a, b) => a - b)).toEqual(parts);
    const { rows } = await pool.query<{ part: number }>('SELECT part FROM payments ORDER BY part');
    expect(rows.map(({ part }) => part)).toEqual(parts);
    await nodes[1]!.node.mediator.publish(new Paid('o1'));
    await isNow('o1', 'completed');
    await until(() => shop.shop.ledger.includes('Fulfilled o1'));
    await expect(nodes[0]!.node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('are compensated, listed, and go on after their database was away', async () => {
    shop.shop.before = (what) => {
      if (what.startsWith(`${Charge.name} poor`)) throw new Declined('no money');
    };
    await nodes[0]!.node.mediator.publish(new OrderPlaced('o1', 5));
    await isNow('o1', 'running', 3);
    await server.kill();
    await nodes[0]!.node.mediator.publish(new OrderPlaced('poor', 5), { messageId: 'poor' }).catch(() => {});
    await server.start();
    await until(() =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    await nodes[0]!.node.mediator.publish(new OrderPlaced('poor', 5), { messageId: 'poor' });
    await isNow('poor', 'compensated');
    const page = await nodes[1]!.sagas.list({ saga: SAGA, status: 'compensated' });
    expect(page.items.map(({ id }) => id)).toEqual(['poor']);
    await expect(nodes[0]!.node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });
});
