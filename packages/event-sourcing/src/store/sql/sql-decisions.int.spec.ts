import { AssertionError } from 'node:assert';
import { PGlite } from '@electric-sql/pglite';
import { CatgaMediator, Command, RequestHandler, memory } from '@catga/nestjs';
import { pglite, sqlOutbox } from '@catga/sql';
import { TestClock } from '@catga/testing';
import { projectionTest } from '@catga/testing/event-sourcing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Account,
  Deposit,
  DepositHandler,
  Deposited,
  InsufficientFunds,
  Journal,
  Withdraw,
  WithdrawHandler,
  start,
  stopAll,
} from '../../bank.fixture.js';
import { CatgaEventStreams, CatgaProjections, On, Projection, eventStoreSchema } from '../../index.js';
import type { ProjectionContext } from '../../index.js';
import { sqlEventStore } from './sql-event-storage.js';
import { describeTables } from './sql-projection-cases.fixture.js';

let lite: PGlite;

beforeAll(async () => {
  lite = await PGlite.create();
});

afterEach(stopAll);

afterAll(() => lite.close());

const empty = (): Promise<unknown> => lite.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public');

describeTables(async () => {
  await empty();
  return pglite(lite);
});

describe('decisions in PGlite', () => {
  it('commit with what they publish, or not at all', async () => {
    await empty();
    const database = pglite(lite);

    class Move extends Command {
      constructor(
        readonly from: string,
        readonly to: string,
        readonly amount: number,
      ) {
        super();
      }
    }
    class MoveHandler {
      constructor(private readonly mediator: CatgaMediator) {}

      @RequestHandler(Move, { transaction: true })
      async move({ from, to, amount }: Move): Promise<void> {
        await this.mediator.send(new Deposit(to, amount, 'moved'));
        await this.mediator.send(new Withdraw(from, amount));
      }
    }
    Reflect.defineMetadata('design:paramtypes', [CatgaMediator], MoveHandler);
    const providers = [DepositHandler, WithdrawHandler, MoveHandler, Journal];
    const module = await start(
      providers,
      { storage: sqlEventStore(database) },
      { outbox: sqlOutbox(database) },
    );
    const mediator = module.get(CatgaMediator);
    await mediator.send(new Deposit('a', 10));
    await expect(mediator.send(new Move('a', 'b', 11))).rejects.toBeInstanceOf(InsufficientFunds);
    await expect(module.get(CatgaEventStreams).load(Account, 'b')).resolves.toMatchObject({ version: 0 });
    await mediator.send(new Move('a', 'b', 4));
    const lines = await module.get(Journal).until(4);
    expect(lines.toSorted()).toEqual([
      'Deposited bank.account/a@1',
      'Deposited bank.account/b@1',
      'Noted bank.account/b@2',
      'Withdrawn bank.account/a@2',
    ]);
    await expect(module.get(CatgaEventStreams).load(Account, 'b')).resolves.toMatchObject({
      state: { balance: 4, notes: ['moved'] },
    });
  });

  it('have their effect on a read model once, on two nodes, whatever fails in between', async () => {
    await empty();
    const database = pglite(lite);
    await lite.exec('CREATE TABLE balance (id text PRIMARY KEY, amount int NOT NULL, events int NOT NULL)');
    let failures = 0;

    @Projection({ name: 'balances', batch: 5 })
    class Balances {
      @On(Deposited)
      async deposited({ amount }: Deposited, { id, version, tx }: ProjectionContext): Promise<void> {
        await tx.execute(
          `INSERT INTO balance VALUES ($1, $2::int, 1)
           ON CONFLICT (id) DO UPDATE SET amount = balance.amount + excluded.amount, events = balance.events + 1`,
          [id, amount],
        );
        // Once for each account: the row was written, and is rolled back.
        if (version === 3 && failures++ < 2) throw new Error('not yet');
      }
    }
    const engine = memory();
    const parts = [{ storage: sqlEventStore(database) }, { engine, outbox: sqlOutbox(database) }] as const;
    const one = await start([DepositHandler, Balances], ...parts);
    const other = await start([DepositHandler, Balances], ...parts);
    for (let amount = 1; amount <= 10; amount++) {
      await one.get(CatgaMediator).send(new Deposit('a', amount));
      await other.get(CatgaMediator).send(new Deposit('b', 1));
    }
    const projections = one.get(CatgaProjections);
    for (;;) {
      const [info] = await projections.list();
      if (info?.isBehind === false) break;
      expect(info?.status).toBe('running');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { rows } = await lite.query('SELECT id, amount, events FROM balance ORDER BY id');
    expect(rows).toEqual([
      { id: 'a', amount: 55, events: 10 },
      { id: 'b', amount: 10, events: 10 },
    ]);
    expect(failures).toBeGreaterThanOrEqual(2);
  });

  it('need an outbox of the same database object', async () => {
    await empty();
    const failing = start(
      [DepositHandler],
      { storage: sqlEventStore(pglite(lite)) },
      { outbox: sqlOutbox(pglite(lite)) },
    );
    await expect(failing).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
  });

  it('come in the order of transactions by number, not by text', async () => {
    await empty();
    const storage = sqlEventStore(pglite(lite));
    const store = await storage.open({ namespace: 'n', clock: new TestClock(), resolve: () => undefined });
    const event = { name: 'e', body: new Uint8Array(0), serializer: 'json', headers: {} };
    for (const [at, tx] of [9, 10, 99, 100].entries()) {
      await store.append(`a/${at}`, [event, event], 0);
      await lite.query('UPDATE catga_event SET tx = $1 WHERE stream = $2', [tx, `a/${at}`]);
    }
    const places: string[] = [];
    for (let after: string | undefined; places.length < 8;) {
      const { events, next } = await store.readAll(after, 1);
      places.push(...events.map(({ stream, version }) => `${stream}@${version}`));
      expect(events).toHaveLength(1);
      after = next;
    }
    expect(places).toEqual([0, 1, 2, 3].flatMap((at) => [`a/${at}@1`, `a/${at}@2`]));
  });

  it('restored into another cluster, come before what is appended there, however few transactions it had', async () => {
    await empty();
    const storage = sqlEventStore(pglite(lite));
    const open = () =>
      storage.open({ namespace: 'n', clock: { now: () => 0 } as never, resolve: () => undefined });
    const store = await open();
    const event = { name: 'e', body: new Uint8Array(0), serializer: 'json', headers: {} };
    await store.append('a/1', [event, event], 0);
    const { next } = await store.readAll(undefined, 10);
    // As a dump of a cluster that was a million transactions ahead.
    await lite.exec(
      "UPDATE catga_event SET tx = tx + 1000000; UPDATE catga_stream SET tx = tx + 1000000; UPDATE catga_event_epoch SET cluster = 'another'",
    );
    const before = await store.readAll(undefined, 10);
    expect(before.events).toEqual([]);
    const restored = await open();
    await restored.append('a/1', [event], 2);
    await restored.append('a/2', [event], 0);
    const { events } = await restored.readAll(undefined, 10);
    expect(events.map(({ stream, version }) => `${stream}@${version}`)).toEqual([
      'a/1@1',
      'a/1@2',
      'a/1@3',
      'a/2@1',
    ]);
    expect((await restored.readAll(events[1]?.checkpoint, 10)).events).toHaveLength(2);
    expect((await restored.readAll(next, 10)).events.length).toBeGreaterThanOrEqual(2);
  });

  it('create no tables where these are only to be verified, or not even that', async () => {
    await empty();
    const client = { namespace: 'n', clock: new TestClock(), resolve: () => undefined };
    const open = (schema: 'verify' | 'off') => sqlEventStore(pglite(lite), { schema }).open(client);
    await expect(open('verify')).rejects.toMatchObject({ code: 'CATGA_CONFIGURATION' });
    await expect(open('off')).rejects.toThrow(/catga_event_epoch/);
    await lite.exec(eventStoreSchema());
    for (const schema of ['verify', 'off'] as const)
      await expect((await open(schema)).readAll(undefined, 1)).resolves.toMatchObject({ events: [] });
  });

  it.each([{ schema: 'make' }, { schemas: 'create' }])('refuse the options %j', (options) => {
    expect(() => sqlEventStore(pglite(lite), options as object)).toThrow(
      expect.objectContaining({ code: 'CATGA_CONFIGURATION' }),
    );
  });
});

describe('projectionTest', () => {
  @Projection({
    name: 'balances',
    tables: { balance: 'id text PRIMARY KEY, amount bigint NOT NULL, at timestamptz NOT NULL' },
  })
  class Balances {
    @On(Deposited)
    async deposited({ amount }: Deposited, { id, tx, table }: ProjectionContext): Promise<void> {
      await tx.execute(
        `INSERT INTO ${table('balance')} AS b VALUES ($1, $2::bigint, now())
         ON CONFLICT (id) DO UPDATE SET amount = b.amount + excluded.amount`,
        [id, amount],
      );
    }
  }

  it('compares rows in any order, without what is not named, and leaves nothing behind', async () => {
    await empty();
    const balances = projectionTest(new Balances(), { database: pglite(lite) }).given('a', new Deposited(10));
    const taken = balances.when('b', new Deposited(2), new Deposited(3));
    await taken.thenRows('balance', { id: 'b', amount: 5 }, { id: 'a', amount: 10 });
    await balances.when('a', new Deposited(1)).thenRows('balance', { id: 'a', amount: 11 });
    for (const wrong of [
      taken.thenRows('balance'),
      taken.thenRows('balance', { id: 'a', amount: 10 }),
      taken.thenRows('balance', { id: 'a', amount: 10 }, { id: 'b', amount: 6 }),
      taken.thenRows('balance', { id: 'a' }, { id: 'c' }),
    ])
      await expect(wrong).rejects.toBeInstanceOf(AssertionError);
    await expect(balances.when('a', new Deposited(0.5)).thenError('bigint')).resolves.toBeUndefined();
    const tables = await lite.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'");
    expect(tables.rows).toEqual([]);
  });
});
