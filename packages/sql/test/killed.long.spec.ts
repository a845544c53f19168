import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CatgaNode, Command, Message } from '@catga/core';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, PostgresServer, RedisServer } from '@catga/servers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';

@Message({ name: 'e2e.place.v1' })
class Place extends Command<void> {
  constructor(readonly orderId: string) {
    super();
  }
}

/** Both engines play everything. */
const ENGINES = {
  redis: { spawn: () => RedisServer.spawn(), engine: (url: string) => redis({ url }) },
  nats: { spawn: () => NatsServer.spawn(), engine: (url: string) => nats(url) },
} satisfies Record<string, { spawn(): Promise<RedisServer | NatsServer>; engine(url: string): unknown }>;

describe.each(['redis', 'nats'] as const)('over %s', (engine) => {
  let postgres: PostgresServer;
  let broker: RedisServer | NatsServer;
  let pool: Pool;
  let caller: CatgaNode;
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    [postgres, broker] = await Promise.all([PostgresServer.spawn(), ENGINES[engine].spawn()]);
    pool = new Pool({ connectionString: postgres.url });
    pool.on('error', () => {}); // A connection is lost when the server is killed.
    await pool.query('CREATE TABLE effects (kind text NOT NULL, message text NOT NULL)');
    caller = new CatgaNode({
      engine: ENGINES[engine].engine(broker.url),
      service: 'caller',
      nodeId: 'caller',
      heartbeat: { intervalMs: 200, timeoutMs: 1000 },
    });
    await caller.init();
    await caller.start();
  });

  afterEach(async () => {
    for (const worker of workers.splice(0)) {
      const exited =
        worker.exitCode === null && worker.signalCode === null ? once(worker, 'exit') : undefined;
      worker.kill('SIGKILL');
      await exited;
    }
  });

  afterAll(async () => {
    await caller?.stop();
    await pool?.end();
    await Promise.all([postgres?.stop(), broker?.stop()]);
  });

  async function start(nodeId: string, diesAt?: string): Promise<ChildProcess> {
    const given = JSON.stringify({ postgres: postgres.url, engine, url: broker.url, nodeId, diesAt });
    const worker = fork(new URL('worker.mjs', import.meta.url), [given], { stdio: 'inherit' });
    workers.push(worker);
    await once(worker, 'message');
    return worker;
  }

  async function effectsOf(id: string): Promise<string[]> {
    const { rows } = await pool.query('SELECT kind FROM effects WHERE message = $1 ORDER BY kind', [id]);
    return rows.map(({ kind }) => kind as string);
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    for (const endMs = Date.now() + 120_000; !(await condition());) {
      if (Date.now() > endMs) throw new Error('Not within two minutes.');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  describe('a process that is killed', () => {
    it.each([
      ['in its handler, before the COMMIT', 'handling'],
      ['after the COMMIT, before the outcome is known', 'handled'],
      ['after the COMMIT, before what it published is sent', 'committed'],
    ])('%s, has one effect of a queued command and of the event that it publishes', async (_, diesAt) => {
      const id = `queued ${diesAt}`;
      const dying = await start(`dying-${diesAt}`, diesAt);
      const died = once(dying, 'exit');
      await caller.mediator.enqueue(new Place(id));
      expect(await died).toEqual([null, 'SIGKILL']);
      const living = start(`living-${diesAt}`);
      await living;
      await until(async () => (await effectsOf(id)).length >= 2);
      // Whatever is repeated is handled then: everything is acknowledged, and the outbox is empty.
      await until(async () => (await caller.subscriptions.list()).every(({ waiting }) => waiting === 0));
      await until(
        async () => Number((await pool.query('SELECT count(*) AS n FROM catga_outbox')).rows[0].n) === 0,
      );
      expect(await effectsOf(id)).toEqual(['place', 'placed']);
    });

    it('after the COMMIT of a request has one effect of it; the caller gets the outcome from another node', async () => {
      const dying = await start('dying-request', 'handled');
      const died = once(dying, 'exit');
      const sees = (nodeId: string) => caller.mediator.nodes().some((node) => node.nodeId === nodeId);
      await until(async () => sees('dying-request'));
      const sent = caller.mediator.send(new Place('request'), { messageId: 'request', timeoutMs: 30_000 });
      await died;
      await start('living-request');
      await until(async () => sees('living-request'));
      await sent.catch(() => caller.mediator.send(new Place('request'), { messageId: 'request' }));
      await until(async () => (await effectsOf('request')).length >= 2);
      expect(await effectsOf('request')).toEqual(['place', 'placed']);
    });
  });

  describe('a service under load, whose processes, broker and database are killed in turn', () => {
    /** Number of effects; `undefined` while the database is away. */
    const effects = async (): Promise<number | undefined> => {
      const counted = pool.query(`SELECT count(*) AS n FROM effects WHERE message LIKE 'load%'`);
      return counted.then(
        ({ rows }) => Number(rows[0].n),
        () => undefined,
      );
    };
    const goesOn = async (): Promise<void> => {
      let before: number | undefined;
      await until(async () => {
        const now = await effects();
        before ??= now;
        return now !== undefined && before !== undefined && now > before + 40;
      });
    };

    it('has one effect of every queued command, and of every event that it publishes', async () => {
      const over = new AbortController();
      let sent = 0;
      const calls = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const id = `load ${sent}`;
          const enqueued = caller.mediator.enqueue(new Place(id), { messageId: id });
          // A call that failed may have been stored: it is repeated with its id.
          if (await enqueued.catch(() => undefined)) sent++;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      await start('one-0');
      await start('two-0');
      const calling = calls();
      for (let round = 1; round <= 3; round++) {
        const [dying] = workers;
        await goesOn();
        const died = once(dying!, 'exit');
        dying!.kill('SIGKILL');
        await died;
        workers.shift();
        await start(`next-${round}`);
        await goesOn();
        await postgres.kill();
        await postgres.start();
        await goesOn();
        await broker.kill();
        await broker.start();
        await goesOn();
      }
      over.abort();
      await calling;
      await until(async () => ((await effects()) ?? 0) >= 2 * sent);
      await until(async () => (await caller.subscriptions.list()).every(({ waiting }) => waiting === 0));
      await until(
        async () => Number((await pool.query('SELECT count(*) AS n FROM catga_outbox')).rows[0].n) === 0,
      );
      const { rows: repeated } = await pool.query(
        'SELECT message, kind, count(*) AS n FROM effects GROUP BY message, kind HAVING count(*) <> 1',
      );
      expect(repeated).toEqual([]);
      expect(await effects()).toBe(2 * sent);
      expect(sent).toBeGreaterThan(100);
    }, 300_000);
  });
});
