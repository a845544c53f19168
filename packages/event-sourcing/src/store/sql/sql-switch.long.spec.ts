import { PostgresServer } from '@catga/servers';
import { pg } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';
import { TestClock } from '@catga/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { Deposited } from '../../bank.fixture.js';
import { On, Projection } from '../../index.js';
import type {
  EventStore,
  NewEvent,
  ProjectionContext,
  ProjectionOptions,
  ProjectionStore,
} from '../../index.js';
import { EventTaker } from '../../projections/event-taker.js';
import { InlineProjections } from '../../projections/inline-projections.js';
import { projectionDefinitionOf } from '../../projections/projection-definition.js';
import { ProjectionRunner } from '../../projections/projection-runner.js';
import { OpenTransaction } from './open-transaction.fixture.js';
import { sqlEventStore } from './sql-event-storage.js';

const event: NewEvent = {
  name: 'bank.deposited.v1',
  body: Buffer.from('{}'),
  serializer: 'json',
  headers: {},
};

let server: PostgresServer;
let pool: Pool;
let database: SqlDatabase<PoolClient>;
let store: EventStore;
let projections: ProjectionStore;

beforeAll(async () => {
  server = await PostgresServer.spawn();
  pool = new Pool({ connectionString: server.url });
  database = pg(pool);
  store = await sqlEventStore(database).open({
    namespace: 'n',
    clock: new TestClock(),
    resolve: () => undefined,
  });
  if (store.projections === undefined) throw new TypeError('The store has no projections.');
  projections = store.projections;
});

afterAll(async () => {
  await pool?.end();
  await server?.stop();
});

/** A projection, and what it has taken: build, role and place. */
function projectionOf(
  options: ProjectionOptions,
  instance?: object,
): {
  readonly taker: EventTaker;
  readonly runner: ProjectionRunner;
  readonly taken: string[];
} {
  const taken: string[] = [];
  class Taking {
    @On(Deposited)
    on(_: Deposited, { build, isLive, stream, version }: ProjectionContext): void {
      taken.push(`${build}${isLive ? ' live' : ''} ${stream}@${version}`);
    }
  }
  const given = instance ?? new Taking();
  const target = given.constructor as new () => object;
  Projection(options)(target);
  const definition = projectionDefinitionOf(target);
  if (!('name' in definition)) throw new TypeError(definition.join());
  const taker = new EventTaker(definition, { decode: () => new Deposited(1), instance: () => given });
  const services = { store, projections, clock: new TestClock(), isOurs: () => true, warn() {}, error() {} };
  return { taker, runner: new ProjectionRunner(taker, services), taken };
}

const rolesOf = async (name: string): Promise<unknown[]> =>
  (await projections.begin(name, 1)).map(({ build, role }) => `${build} ${role}`);

describe('The switch to another build', () => {
  it('of an inline projection waits for transactions that began without it, and has what they took when it is read', async () => {
    const { taker, runner, taken } = projectionOf({
      name: 'inline',
      mode: 'inline',
      tables: { inlined: 'id text' },
    });
    const inline = new InlineProjections(store, [taker]);
    const append = async (stream: string): Promise<void> => {
      const { version } = await store.append(stream, [event], 0);
      await inline.appended(stream, version, [event.name]);
    };
    while (await runner.turn());
    const early = await OpenTransaction.begin(database);
    await early.inside(() => append('acc/early'));
    await projections.rebuild('inline', 1, runner.setUp);
    await database.run(() => append('acc/late'));
    for (let turn = 0; turn < 4; turn++) await runner.turn();
    await expect(rolesOf('inline')).resolves.toEqual(['1 live', '2 building']);
    await early.commit();
    while ((await rolesOf('inline')).length > 1) await runner.turn();
    await expect(rolesOf('inline')).resolves.toEqual(['2 live']);
    expect(taken.toSorted()).toEqual([
      '1 live acc/early@1',
      '1 live acc/late@1',
      '2 acc/early@1',
      '2 acc/late@1',
    ]);
  });

  it('leaves their tables to appends that have begun before it, and drops them then', async () => {
    const tables = { kept: 'stream text' };
    class Kept {
      wait = (): Promise<void> => Promise.resolve();
      @On(Deposited)
      async on(_: Deposited, { build, stream, tx, table }: ProjectionContext): Promise<void> {
        if (build === 1) await this.wait();
        await tx.execute(`INSERT INTO ${table('kept')} VALUES ($1)`, [stream]);
      }
    }
    const kept = new Kept();
    const { taker, runner } = projectionOf({ name: 'kept', mode: 'inline', tables }, kept);
    const inline = new InlineProjections(store, [taker]);
    while (await runner.turn());
    const { build } = await projections.rebuild('kept', 1, runner.setUp);
    await projections.inline?.isTakenAlong({ name: 'kept', build });
    let open = (): void => {};
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    kept.wait = () => {
      begin();
      return new Promise<void>((resolve) => (open = resolve));
    };
    const appending = database.run(async () => {
      const { version } = await store.append('acc/kept', [event], 0);
      await inline.appended('acc/kept', version, [event.name]);
    });
    await begun;
    for (let turn = 0; (await rolesOf('kept')).length > 1 && turn < 5; turn++) await runner.turn();
    await expect(rolesOf('kept')).resolves.toEqual(['2 live']);
    open();
    await appending;
    const { rows } = await pool.query("SELECT stream FROM kept WHERE stream = 'acc/kept'");
    expect(rows).toHaveLength(1);
    const isThere = async (): Promise<unknown> =>
      (await pool.query("SELECT to_regclass('kept_build_1') AS found")).rows[0]?.found;
    await expect(isThere()).resolves.toBe('kept_build_1');
    while ((await isThere()) !== null) await runner.turn();
  });

  it('gives way to whoever reads for long, so that nobody waits behind it, and comes later', async () => {
    const { runner } = projectionOf({ name: 'read', tables: { shown: 'id text' } });
    const read = (): Promise<unknown> => pool.query('SELECT * FROM shown');
    while (await runner.turn());
    const reader = await OpenTransaction.begin(database);
    await reader.inside(
      () => database.ambient()?.execute('SELECT * FROM shown') ?? Promise.reject(new Error()),
    );
    await projections.rebuild('read', 1, runner.setUp);
    const turns = async (): Promise<void> => {
      while (await runner.turn());
    };
    await expect(turns()).rejects.toMatchObject({ code: '55P03' });
    await read();
    await reader.commit();
    await turns();
    await expect(rolesOf('read')).resolves.toEqual(['2 live']);
    await read();
  });
});
