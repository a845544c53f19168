import { PostgresServer } from '@catga/servers';
import { pg } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';
import { describeEventStore } from '@catga/testing/event-sourcing';
import { TestClock } from '@catga/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import type { EventStorage, EventStore } from '../event-store.js';
import { stopAll } from '../../bank.fixture.js';
import { OpenTransaction, event } from './open-transaction.fixture.js';
import { sqlEventStore } from './sql-event-storage.js';
import { describeTables } from './sql-projection-cases.fixture.js';

let server: PostgresServer;
let lastSchema = 0;
const pools: Pool[] = [];

beforeAll(async () => {
  server = await PostgresServer.spawn();
});

afterEach(stopAll);

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await server.stop();
});

/** An empty schema of its own. */
async function emptyPool(): Promise<Pool> {
  const name = `events_${++lastSchema}`;
  const pool = new Pool({ connectionString: server.url, options: `-c search_path=${name}`, max: 20 });
  pools.push(pool);
  await pool.query(`CREATE SCHEMA ${name}`);
  return pool;
}

const opened = (storage: EventStorage): Promise<EventStore> =>
  storage.open({ namespace: 'catga', clock: new TestClock(), resolve: () => undefined });

describeEventStore(
  'PostgreSQL',
  { create: async () => ({ storage: sqlEventStore(pg(await emptyPool())) }) },
  { describe, it },
);

describeTables(async () => pg(await emptyPool()));

describe('The order of all events', () => {
  let pool: Pool;
  let database: SqlDatabase<PoolClient>;
  let store: EventStore;
  /** What our reader has got, and the readers that have the two traps. */
  let ours: string[];
  let after: string | undefined;
  let byPosition: string[];
  let lastPosition: string;
  let byXmin: string[];
  let lastOfXmin: string;

  beforeEach(async () => {
    pool = await emptyPool();
    database = pg(pool);
    store = await opened(sqlEventStore(database));
    await pool.query('CREATE TABLE other (id int)');
    [ours, byPosition, byXmin] = [[], [], []];
    [lastPosition, lastOfXmin] = ['0', '0'];
    after = undefined;
  });

  /** Each reader goes on from where it was. */
  async function readOn(): Promise<void> {
    const page = await store.readAll(after, 100);
    after = page.next;
    ours.push(...page.events.map(({ stream, version }) => `${stream}@${version}`));
    const naive = async (
      where: string,
      from: string,
    ): Promise<readonly { place: string; position: string }[]> =>
      (
        await pool.query(
          `SELECT stream || '@' || version AS place, position FROM catga_event WHERE position > $1 ${where} ORDER BY position`,
          [from],
        )
      ).rows as { place: string; position: string }[];
    const all = await naive('', lastPosition);
    byPosition.push(...all.map(({ place }) => place));
    lastPosition = all.at(-1)?.position ?? lastPosition;
    const settled = await naive('AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint', lastOfXmin);
    byXmin.push(...settled.map(({ place }) => place));
    lastOfXmin = settled.at(-1)?.position ?? lastOfXmin;
  }

  it('has the event of a transaction that commits late: whoever reads by positions loses it', async () => {
    const late = await OpenTransaction.begin(database);
    await late.append(store, 'late');
    await store.append('early', [event], 0);
    await readOn();
    await late.commit();
    await readOn();
    expect(ours).toEqual(['late@1', 'early@1']);
    expect(byPosition).toEqual(['early@1']);
  });

  it('has the event whose position is lower than that of an older transaction: whoever reads positions up to xmin loses it', async () => {
    const older = await OpenTransaction.begin(database, true);
    const younger = await OpenTransaction.begin(database, true);
    await younger.append(store, 'younger');
    await older.append(store, 'older');
    await older.commit();
    await readOn();
    await younger.commit();
    await readOn();
    expect(ours).toEqual(['older@1', 'younger@1']);
    expect(byXmin).toEqual(['older@1']);
  });

  it('waits for a long transaction that writes anywhere, and has all that came meanwhile after it', async () => {
    await store.append('a', [event], 0);
    await readOn();
    const long = await OpenTransaction.begin(database, true);
    await expect(store.heldUp?.()).resolves.toBeUndefined();
    for (const version of [1, 2, 3]) await store.append('a', [event], version);
    await readOn();
    expect(ours).toEqual(['a@1']);
    // It is told what waits, and for whom.
    const held = await store.heldUp?.();
    expect(held?.oldestAt).toBeInstanceOf(Date);
    expect(held?.waitingMs).toBeGreaterThanOrEqual(0);
    await expect(held?.by()).resolves.toMatch(/^process \d+ \(.*idle in transaction\)$/);
    await long.commit();
    await expect(store.heldUp?.()).resolves.toBeUndefined();
    await readOn();
    expect(ours).toEqual(['a@1', 'a@2', 'a@3', 'a@4']);
  });

  it('goes on after a transaction that was rolled back, and has nothing of it', async () => {
    const failing = await OpenTransaction.begin(database);
    await failing.append(store, 'lost');
    await store.append('a', [event], 0);
    await readOn();
    await failing.rollBack();
    await readOn();
    await store.append('lost', [event], 0);
    await readOn();
    expect(ours).toEqual(['a@1', 'lost@1']);
  });

  it('keeps the order of a stream that an older transaction appends to after a younger one', async () => {
    const older = await OpenTransaction.begin(database, true);
    await store.append('a', [event], 0);
    await older.append(store, 'a', 1);
    await readOn();
    await older.commit();
    await readOn();
    await store.append('a', [event], 2);
    await readOn();
    expect(ours).toEqual(['a@1', 'a@2', 'a@3']);
  });

  it('has each event of hundreds of transactions that begin, commit and roll back in any order, once', async () => {
    let isWriting = true;
    const committed: string[] = [];
    const writer = async (name: number): Promise<void> => {
      for (let round = 0; round < 25; round++) {
        const fails = (round * 7 + name) % 5 === 0;
        const one = await OpenTransaction.begin(database, (round + name) % 2 === 0);
        const [own, shared] = [`own-${name}-${round}`, `shared-${(round + name) % 3}`];
        await one.append(store, own);
        await one.append(store, shared);
        if (fails) await one.rollBack();
        else {
          await one.commit();
          committed.push(`${own}@1`);
        }
      }
    };
    const written = Promise.all(Array.from({ length: 8 }, (_, name) => writer(name))).finally(
      () => (isWriting = false),
    );
    for (let isLast = false; !isLast;) {
      isLast = !isWriting;
      await readOn();
    }
    await written;
    await readOn();
    expect(ours.filter((place) => place.startsWith('own')).toSorted()).toEqual(committed.toSorted());
    for (const shared of [0, 1, 2].map((at) => `shared-${at}@`)) {
      const versions = ours
        .filter((place) => place.startsWith(shared))
        .map((place) => Number(place.split('@')[1]));
      expect(versions).toEqual(versions.map((_, at) => at + 1));
    }
    expect(new Set(ours).size).toBe(ours.length);
    expect(ours).toHaveLength(committed.length * 2);
  });
});
