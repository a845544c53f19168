import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PgBouncer, PostgresServer } from '@catga/servers';
import { Client } from 'pg';

let server: PostgresServer;

beforeEach(async () => {
  server = await PostgresServer.spawn();
});
afterEach(() => server.stop());

/** Runs statements on a connection of their own, and returns the rows of the last one. */
async function run(...statements: string[]): Promise<unknown> {
  const client = new Client({ connectionString: server.url });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: unknown;
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

describe('A PostgreSQL server for tests', () => {
  it('keeps what was committed when it is killed, and what was not is gone', async () => {
    await run('CREATE TABLE kept (id int)', 'INSERT INTO kept VALUES (1)');
    await run('BEGIN', 'INSERT INTO kept VALUES (2)');
    await server.kill();
    await expect(run('SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await server.start();
    expect(await run('SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('flushes each commit to disk unless it is told that no test looks at a crash', async () => {
    const settings =
      "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit";
    expect(await run(settings)).toEqual([{ fsync: 'on', commit: 'on' }]);
    await server.stop();
    server = await PostgresServer.spawn({ isDurable: false, settings: ['max_connections=7'] });
    expect(await run(settings)).toEqual([{ fsync: 'off', commit: 'off' }]);
    expect(await run('SHOW max_connections')).toEqual([{ max_connections: '7' }]);
  });

  it('has nothing stored after it was emptied', async () => {
    await run('CREATE TABLE forgotten (id int)');
    await server.shutDown();
    server.empty();
    await server.start();
    expect(await run("SELECT to_regclass('forgotten') AS found")).toEqual([{ found: null }]);
  });

  it('gives no answer while it is suspended', async () => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    server.pause();
    let isAnswered = false;
    const answer = client.query('SELECT 1').then(() => (isAnswered = true));
    // A suspended server refuses nobody: the kernel accepts the connection.
    const second = new Client({ connectionString: server.url, connectionTimeoutMillis: 200 });
    await expect(second.connect()).rejects.toThrow(/timeout/);
    expect(isAnswered).toBe(false);
    server.resume();
    await answer;
    await client.end();
  });

  it('is reached through PgBouncer, which keeps no session of a client', async () => {
    const bouncer = await PgBouncer.to(server.port, 1);
    const clients = [1, 2].map(() => new Client({ connectionString: bouncer.url }));
    for (const client of clients) await client.connect();
    const pids = await Promise.all(clients.map((client) => client.query('SELECT pg_backend_pid() AS pid')));
    expect(new Set(pids.map(({ rows }) => rows[0].pid)).size).toBe(1);
    for (const client of clients) await client.end();
    await bouncer.stop();
  });
});
