import { fork } from 'node:child_process';
import { once } from 'node:events';
import { PostgresServer } from '@catga/servers';
import { pg } from '@catga/sql';
import { sqlEventStore } from '@catga/event-sourcing';
import type { NewEvent } from '@catga/event-sourcing';
import { TestClock } from '@catga/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Pool } from 'pg';

let postgres: PostgresServer;
let pool: Pool;

beforeAll(async () => {
  postgres = await PostgresServer.spawn();
  pool = new Pool({ connectionString: postgres.url });
});

afterAll(async () => {
  await pool?.end();
  await postgres?.stop();
});

const STREAMS = 7;

/** How a worker ends that kills itself at a point; undefined: it ends when all is done. */
async function worker(diesAt?: number): Promise<string> {
  const child = fork(
    new URL('worker.mjs', import.meta.url),
    [JSON.stringify({ url: postgres.url, diesAt })],
    {
      stdio: 'inherit',
    },
  );
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? `exit ${code}`;
}

it('a read model has each event once, and its rebuild too, whenever processes of two nodes are killed between two awaits', async () => {
  const client = { namespace: 'catga', clock: new TestClock(), resolve: () => undefined };
  const store = await sqlEventStore(pg(pool)).open(client);
  const event: NewEvent = {
    name: 'bank.deposited.v1',
    body: Buffer.from('{"amount":3}'),
    serializer: 'json',
    headers: {},
  };
  let appended = 0;
  const append = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) await store.append(`acc/${appended++ % STREAMS}`, [event], 'any');
  };
  await append(200);
  const ends: string[] = [];
  for (let point = 1; point <= 36; point++) {
    const [one, other] = await Promise.all([worker(point), worker(point + 40), append(5)]);
    ends.push(one, other);
  }
  expect(ends.filter((end) => end === 'SIGKILL').length).toBeGreaterThan(36);
  await expect(worker()).resolves.toBe('exit 0');
  const { rows } = await pool.query('SELECT id, amount, events FROM balance ORDER BY id');
  const expected = Array.from({ length: STREAMS }, (_, stream) => {
    const events = Math.floor((appended - stream - 1) / STREAMS) + 1;
    return { id: String(stream), amount: events * 3, events };
  });
  expect(rows).toEqual(expected);
}, 600_000);
