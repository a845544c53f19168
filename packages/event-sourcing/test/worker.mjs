// A node with a read model, which kills itself at one point between two awaits of its event store.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import {
  CatgaEventSourcingModule,
  CatgaProjections,
  On,
  Projection,
  sqlEventStore,
} from '@catga/event-sourcing';
import { CatgaModule, Message } from '@catga/nestjs';
import { pg } from '@catga/sql';
import { Pool } from 'pg';

const { url, diesAt } = JSON.parse(process.argv[2]);
let points = 0;

function point() {
  if (++points !== diesAt) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** A function that returns a promise, with a point before and after it, and in what it is given. */
const around =
  (target, work) =>
  async (...given) => {
    point();
    const result = await work.apply(target, given.map(within));
    point();
    return result;
  };

function within(value) {
  if (typeof value === 'function') return around(undefined, value);
  return typeof value?.execute === 'function' ? { execute: around(value, value.execute) } : value;
}

function mortal(store) {
  const projections = {};
  for (const name of ['begin', 'list', 'rebuild', 'advance', 'goLive', 'setStatus', 'forgetRetired'])
    projections[name] = around(store.projections, store.projections[name]);
  return {
    append: store.append.bind(store),
    read: store.read.bind(store),
    readAll: around(store, store.readAll),
    isBefore: store.isBefore.bind(store),
    findDecision: store.findDecision.bind(store),
    projections,
  };
}

class Deposited {}
Message({ name: 'bank.deposited.v1' })(Deposited);

class Balances {
  async deposited({ amount }, { id, tx, table }) {
    await tx.execute(
      `INSERT INTO ${table('balance')} AS b VALUES ($1, $2::int, 1) ON CONFLICT (id) DO UPDATE
       SET amount = b.amount + excluded.amount, events = b.events + 1`,
      [id, amount],
    );
  }
}
On(Deposited)(
  Balances.prototype,
  'deposited',
  Object.getOwnPropertyDescriptor(Balances.prototype, 'deposited'),
);
Projection({
  name: 'balances',
  batch: 2,
  tables: { balance: 'id text PRIMARY KEY, amount int NOT NULL, events int NOT NULL' },
})(Balances);

const storage = sqlEventStore(pg(new Pool({ connectionString: url })));
const open = async (client) => mortal(await storage.open(client));

class AppModule {}
Module({
  imports: [
    CatgaModule.forRoot(),
    CatgaEventSourcingModule.forRoot({ storage: { name: storage.name, database: storage.database, open } }),
  ],
  providers: [Balances],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
const projections = app.get(CatgaProjections);
/** Until the second build is read, and has everything. */
for (;;) {
  const all = await projections.list();
  const live = all.find(({ role }) => role === 'live');
  if (live?.build === 1 && all.length === 1) await projections.rebuild('balances');
  if (live?.build === 2 && !live.isBehind) break;
  await new Promise((resolve) => setTimeout(resolve, 5));
}
process.exit(0);
