import { MemoryNetwork } from '@catga/core';
import { ProjectionClient } from '@catga/core/admin';
import { CatgaMediator, CatgaNode, memory } from '@catga/nestjs';
import { sqlOutbox } from '@catga/sql';
import type { SqlDatabase, SqlExecutor, SqlRow } from '@catga/sql';
import { TestClock } from '@catga/testing';
import { describe, expect, it } from '@jest/globals';
import { Deposit, DepositHandler, Deposited, Withdrawn, start, until } from '../../bank.fixture.js';
import { CatgaEventStreams, CatgaProjections, On, Projection } from '../../index.js';
import type { EventStore, NewEvent, ProjectionContext, ProjectionInfo } from '../../index.js';
import { EventTaker } from '../../projections/event-taker.js';
import { projectionDefinitionOf } from '../../projections/projection-definition.js';
import { ProjectionRunner } from '../../projections/projection-runner.js';
import { createTables, dropTables, showTables } from '../../projections/projection-tables.js';
import { Faults } from './faults.fixture.js';
import { sqlEventStore } from './sql-event-storage.js';

const TABLES = {
  balance: 'id text PRIMARY KEY, amount int NOT NULL, events int NOT NULL, early int NOT NULL',
};

/** What is written for a deposit. */
async function count(amount: number, { id, tx, table, isLive }: ProjectionContext): Promise<void> {
  await tx.execute(
    `INSERT INTO ${table('balance')} AS b VALUES ($1, $2::int, 1, $3::int) ON CONFLICT (id) DO UPDATE
     SET amount = b.amount + excluded.amount, events = b.events + 1, early = b.early + excluded.early`,
    [id, amount, isLive ? 0 : 1],
  );
}

const stored = ({ amount }: Deposited): NewEvent => ({
  name: 'bank.deposited.v1',
  body: Buffer.from(JSON.stringify({ amount })),
  serializer: 'json',
  headers: {},
});

/** Read models with tables, in an empty database. */
export function describeTables(database: () => Promise<SqlDatabase>): void {
  const select = (on: SqlDatabase, columns = 'id, amount, events'): Promise<readonly SqlRow[]> =>
    on.root.execute(`SELECT ${columns} FROM balance ORDER BY id`);
  const tablesOf = async (on: SqlDatabase): Promise<unknown[]> => {
    const rows = await on.root.execute(
      "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'balance%' ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  };

  describe('A read model with tables', () => {
    it('is rebuilt beside the one that is read, while events come; the switch loses and doubles nothing', async () => {
      const on = await database();

      @Projection({ name: 'balances', tables: TABLES, batch: 3 })
      class Balances {
        @On(Deposited)
        deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
          return count(amount, context);
        }
      }
      const parts = [{ storage: sqlEventStore(on) }, { engine: memory(), outbox: sqlOutbox(on) }] as const;
      const one = await start([DepositHandler, Balances], ...parts);
      const other = await start([DepositHandler, Balances], ...parts);
      const projections = one.get(CatgaProjections);
      const list = (): Promise<readonly ProjectionInfo[]> => projections.list();
      for (let at = 0; at < 10; at++) await one.get(CatgaMediator).send(new Deposit(`a${at % 2}`, 1));
      await until(async () => (await list()).every(({ role, isBehind }) => role === 'live' && !isBehind));
      // A fault of the code that was there.
      await on.root.execute('UPDATE balance_build_1 SET amount = 7000');
      const builds = await Promise.all(
        [one, other].map((node) => node.get(CatgaProjections).rebuild('balances')),
      );
      expect(builds).toEqual([2, 2]);
      let sent = 10;
      let seen = 0;
      for (let isLive = false; !isLive;) {
        await other.get(CatgaMediator).send(new Deposit(`a${sent++ % 2}`, 1));
        const [row] = await on.root.execute('SELECT sum(events)::int AS events FROM balance');
        const events = row?.['events'] as number;
        expect(events).toBeGreaterThanOrEqual(seen);
        seen = events;
        isLive = (await list()).some(({ build, role }) => build === 2 && role === 'live');
      }
      await one.get(CatgaMediator).send(new Deposit('a0', 1));
      await until(async () => (await list()).every(({ isBehind }) => !isBehind));
      const rows = await select(on, 'id, amount, events, early');
      expect(rows.map(({ amount }) => amount)).toEqual(rows.map(({ events }) => events));
      expect(rows.reduce((sum, { events }) => sum + (events as number), 0)).toBe(sent + 1);
      expect(rows.reduce((sum, { early }) => sum + (early as number), 0)).toBeGreaterThanOrEqual(10);
      await until(async () => (await tablesOf(on)).join() === 'balance_build_2');
      await expect(list()).resolves.toMatchObject([{ build: 2, version: 1, role: 'live' }]);
    });

    it('stops at an event whose transaction cannot be committed', async () => {
      const on = await database();
      await on.root.execute('CREATE TABLE known (id text PRIMARY KEY)');

      @Projection({
        name: 'balances',
        tables: { balance: 'id text REFERENCES known DEFERRABLE INITIALLY DEFERRED' },
      })
      class Balances {
        @On(Deposited)
        async deposited(_: Deposited, { id, tx, table }: ProjectionContext): Promise<void> {
          await tx.execute(`INSERT INTO ${table('balance')} VALUES ($1)`, [id]);
        }
      }
      const module = await start(
        [DepositHandler, Balances],
        { storage: sqlEventStore(on) },
        { outbox: sqlOutbox(on) },
      );
      const projections = module.get(CatgaProjections);
      await on.root.execute("INSERT INTO known VALUES ('a')");
      for (const id of ['a', 'b', 'a']) await module.get(CatgaMediator).send(new Deposit(id, 1));
      await until(async () => (await projections.list())[0]?.status === 'stopped');
      expect((await projections.list())[0]?.problem).toMatch(/^bank.account\/b@1 .*foreign key/);
      await on.root.execute("INSERT INTO known VALUES ('b')");
      await projections.resume('balances');
      await until(async () => (await projections.list())[0]?.isBehind === false);
      const rows = await on.root.execute('SELECT id FROM balance_build_1 ORDER BY id');
      expect(rows).toEqual([{ id: 'a' }, { id: 'a' }, { id: 'b' }]);
    });

    it('may be named like a word of SQL', async () => {
      const on = await database();
      await on.run(async (tx) => {
        for (const [at, columns] of ['id text', 'id text, note text'].entries()) {
          await createTables({ order: columns }, at + 1, tx);
          await showTables({ order: columns }, at + 1, tx);
        }
        await dropTables({ order: '' }, 1, tx);
      });
      await expect(on.root.execute('SELECT id, note FROM "order"')).resolves.toEqual([]);
    });

    it('is rebuilt for tools', async () => {
      const on = await database();

      @Projection({ name: 'balances', tables: TABLES })
      class Balances {
        @On(Deposited)
        deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
          return count(amount, context);
        }
      }
      const engine = new MemoryNetwork();
      const tool = new CatgaNode({ engine, nodeId: 'tool', role: 'tool' });
      const module = await start(
        [DepositHandler, Balances],
        { storage: sqlEventStore(on) },
        { engine, outbox: sqlOutbox(on) },
      );
      await tool.init();
      await tool.start();
      const client = new ProjectionClient(tool.mediator);
      await module.get(CatgaMediator).send(new Deposit('a', 1));
      const isLive = async (build: number): Promise<boolean> => {
        const [only, ...others] = await client.read('balances');
        return (
          only?.build === build && only.role === 'live' && only.eventsBehind === 0 && others.length === 0
        );
      };
      await until(() => isLive(1));
      await expect(client.steer('balances', 'rebuild')).resolves.toBe(true);
      await until(() => isLive(2));
      await until(async () => (await tablesOf(on)).join() === 'balance_build_2');
      await tool.stop();
    });

    it('has its effect once, and its switch too, wherever the process ends between two awaits', async () => {
      const on = await database();
      const storage = sqlEventStore(on);
      const store = await storage.open({ namespace: 'n', clock: new TestClock(), resolve: () => undefined });
      await store.append(
        'acc/a',
        [1, 2].map((amount) => stored(new Deposited(amount))),
        0,
      );
      await store.append('acc/b', [stored(new Deposited(4))], 0);

      class Balances {
        @On(Deposited)
        deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
          return count(amount, context);
        }
      }
      const runner = (name: string, through: EventStore): ProjectionRunner => {
        Projection({ name, tables: { [name]: TABLES.balance }, batch: 2 })(Balances);
        const definition = projectionDefinitionOf(Balances);
        if (!('name' in definition) || through.projections === undefined)
          throw new TypeError('No projection.');
        const taker = new EventTaker(definition, {
          decode: ({ body }) => new Deposited((JSON.parse(Buffer.from(body).toString()) as Deposited).amount),
          instance: () => ({
            deposited: ({ amount }: Deposited, context: ProjectionContext) =>
              count(amount, { ...contextOf(context), table: () => context.table(name) }),
          }),
        });
        return new ProjectionRunner(taker, {
          store: through,
          projections: through.projections,
          clock: new TestClock(),
          isOurs: () => true,
          warn() {},
          error() {},
        });
      };
      /** All there is to do: a build, and a second one. */
      const work = async (name: string, through: EventStore): Promise<void> => {
        const running = runner(name, through);
        while (await running.turn());
        const builds = await through.projections?.begin(name, 1);
        if (builds?.[0]?.build === 1 && builds.length === 1)
          await through.projections?.rebuild(name, 1, running.setUp);
        while (await running.turn());
      };
      let points = 0;
      for (let hasCrashed = true; hasCrashed; points++) {
        const name = `p${points + 1}`;
        const faults = new Faults(points + 1);
        hasCrashed = await work(name, faults.around(store)).then(
          () => false,
          () => true,
        );
        await work(name, store);
        const rows = await on.root.execute(`SELECT id, amount, events FROM ${name} ORDER BY id`);
        expect([points, rows]).toEqual([
          points,
          [
            { id: 'a', amount: 3, events: 2 },
            { id: 'b', amount: 4, events: 1 },
          ],
        ]);
        const builds = await store.projections?.begin(name, 1);
        expect(builds).toMatchObject([{ role: 'live', build: 2 }]);
      }
      expect(points).toBeGreaterThan(30);
    });
  });

  describe('An inline projection', () => {
    it('is in the transaction of the append, which fails with it', async () => {
      const on = await database();

      @Projection({ name: 'balances', mode: 'inline', tables: TABLES })
      class Balances {
        @On(Deposited)
        async deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
          if (amount === 13) throw new RangeError('unlucky');
          await count(amount, context);
        }
        @On(Withdrawn)
        withdrawn(): void {}
      }
      const module = await start(
        [DepositHandler, Balances],
        { storage: sqlEventStore(on) },
        { outbox: sqlOutbox(on) },
      );
      const [mediator, projections] = [module.get(CatgaMediator), module.get(CatgaProjections)];
      await until(async () => (await projections.list())[0]?.role === 'live');
      await mediator.send(new Deposit('a', 1));
      await expect(select(on)).resolves.toEqual([{ id: 'a', amount: 1, events: 1 }]);
      await expect(mediator.send(new Deposit('a', 13))).rejects.toThrow('unlucky');
      const { store } = module.get(CatgaEventStreams);
      expect((await store.readAll(undefined, 10)).events).toHaveLength(1);
      // What somebody appends who does not know it is taken before what comes then, or in the background.
      await store.append('bank.account/a', [stored(new Deposited(2))], 1);
      await mediator.send(new Deposit('a', 3));
      await expect(select(on)).resolves.toEqual([{ id: 'a', amount: 6, events: 3 }]);
      await store.append('bank.account/b', [stored(new Deposited(5))], 0);
      await until(async () => (await select(on)).length === 2);
      // Paused it is taken later, and a second build has all of it.
      await until(async () => (await projections.list()).every(({ isBehind }) => !isBehind));
      await projections.pause('balances');
      await mediator.send(new Deposit('a', 13));
      await mediator.send(new Deposit('b', 1));
      await projections.resume('balances');
      await until(async () => (await projections.list())[0]?.status === 'stopped');
      expect((await projections.list())[0]?.problem).toMatch(/bank.account\/a@4 .*unlucky/);
      expect((await select(on)).map(({ amount }) => amount)).toEqual([6, 5]);
    });

    it('is rebuilt while commands come, each of which finds it up to date', async () => {
      const on = await database();

      @Projection({ name: 'balances', mode: 'inline', tables: TABLES, batch: 2 })
      class Balances {
        @On(Deposited)
        deposited({ amount }: Deposited, context: ProjectionContext): Promise<void> {
          return count(amount, context);
        }
      }
      const module = await start(
        [DepositHandler, Balances],
        { storage: sqlEventStore(on) },
        { outbox: sqlOutbox(on) },
      );
      const [mediator, projections] = [module.get(CatgaMediator), module.get(CatgaProjections)];
      await until(async () => (await projections.list())[0]?.role === 'live');
      for (let at = 0; at < 8; at++) await mediator.send(new Deposit(`a${at % 4}`, 1));
      await projections.rebuild('balances');
      let sent = 8;
      for (let isLive = false; !isLive;) {
        await mediator.send(new Deposit(`a${sent++ % 4}`, 1));
        const [row] = await on.root.execute('SELECT sum(events)::int AS events FROM balance');
        expect(row).toEqual({ events: sent });
        isLive = (await projections.list()).some(({ build, role }) => build === 2 && role === 'live');
      }
      await mediator.send(new Deposit('a0', 1));
      const rows = await select(on);
      expect(rows.reduce((sum, { events }) => sum + (events as number), 0)).toBe(sent + 1);
      await until(async () => (await tablesOf(on)).join() === 'balance_build_2');
      await until(async () => {
        const builds = await on.root.execute(
          'SELECT DISTINCT build::float8 AS build FROM catga_projection_stream',
        );
        return JSON.stringify(builds) === '[{"build":2}]';
      });
    });
  });
}

function contextOf(context: ProjectionContext): ProjectionContext & { readonly tx: SqlExecutor } {
  const { stream, id, version, checkpoint, recordedAt, build, isLive, table, tx } = context;
  return { stream, id, version, checkpoint, recordedAt, build, isLive, table, tx };
}
