import { InterruptedEngine } from '@catga/compliance/fixtures';
import { CatgaError, CatgaNode, Command, memory, Message } from '@catga/core';
import type { MessageContext } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Placed, SqlLabs, until } from './sql.fixture.js';
import { sqlOutbox } from './sql-outbox.js';
import type { SqlLab } from './sql.fixture.js';

const labs = new SqlLabs();

@Message({ name: 'shop.place.v1' })
class Place extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

class OutOfStock extends Error {}

const count = async ({ pool }: Pick<SqlLab, 'pool'>, table: string): Promise<number> =>
  Number((await pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n);

/** Inserts the order, publishes, and ends as the test says. */
function placing(lab: SqlLab, end: (order: Place, context: MessageContext) => unknown = () => undefined) {
  return async (message: object, context: MessageContext): Promise<unknown> => {
    const order = message as Place;
    expect(context.transaction).toBe(lab.database.current());
    await lab.database.current()?.query('INSERT INTO effects (message) VALUES ($1)', [order.orderId]);
    await context.publish(new Placed(order.orderId, 1));
    await end(order, context);
    return `placed ${order.orderId}`;
  };
}

async function create(): Promise<SqlLab> {
  const lab = await labs.create();
  await lab.pool.query('CREATE TABLE effects (message text NOT NULL)');
  return lab;
}

describe('a handler with transaction: true', () => {
  it('commits its effect, the outcome of a request and what it publishes; a repetition gets the outcome', async () => {
    const lab = await create();
    const events: string[] = [];
    const node = await labs.start({ outbox: sqlOutbox(lab.database) }, (it) =>
      it
        .handleRequest(Place, placing(lab), { transaction: true })
        .handleEvent(Placed, (event) => void events.push((event as Placed).orderId)),
    );
    const send = (orderId: string, messageId?: string): Promise<string> =>
      node.mediator.send(new Place(orderId), { ...(messageId !== undefined && { messageId }) });
    await expect(send('a', 'id1')).resolves.toBe('placed a');
    await expect(send('a', 'id1')).resolves.toBe('placed a');
    await expect(send('other', 'id1')).rejects.toMatchObject({ code: 'CATGA_IDEMPOTENCY_MISMATCH' });
    await expect(Promise.all(Array.from({ length: 5 }, () => send('b', 'id2')))).resolves.toEqual(
      Array.from({ length: 5 }, () => 'placed b'),
    );
    await expect(send('c')).resolves.toBe('placed c');
    await until(() => events.length === 3);
    expect(events.toSorted()).toEqual(['a', 'b', 'c']);
    await expect(count(lab, 'effects')).resolves.toBe(3);
  });

  it('replays an outcome to another node, and waits there for a run that is not over', async () => {
    const lab = await create();
    const other = lab.another();
    const engine = memory();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const runs: string[] = [];
    const start = (on: SqlLab, nodeId: string): Promise<CatgaNode> =>
      labs.start({ engine, nodeId, outbox: sqlOutbox(on.database) }, (it) =>
        it.handleRequest(
          Place,
          placing(on, async () => {
            runs.push(nodeId);
            await ended;
          }),
          { transaction: true },
        ),
      );
    const one = await start(lab, 'one');
    const two = await start(other, 'two');
    const options = { messageId: 'id1' };
    const first = one.mediator.send(new Place('a'), options);
    await until(() => runs.length === 1);
    const second = two.mediator.send(new Place('a'), options);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
    await until(async () => (await lab.pool.query(waiting)).rows.length > 0);
    expect(runs).toEqual(['one']);
    end();
    await expect(Promise.all([first, second])).resolves.toEqual(['placed a', 'placed a']);
    await expect(two.mediator.send(new Place('a'), options)).resolves.toBe('placed a');
    expect(runs).toEqual(['one']);
    await expect(count(lab, 'effects')).resolves.toBe(1);
  });

  it('rolls back everything when it fails, and records the error only if it is an outcome', async () => {
    const lab = await create();
    let thrown: Error = Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });
    const engine = new InterruptedEngine(memory());
    const node = await labs.start({ engine, outbox: sqlOutbox(lab.database) }, (it) =>
      it.handleRequest(
        Place,
        placing(lab, () => {
          throw thrown;
        }),
        { transaction: true },
      ),
    );
    const send = (): Promise<string> => node.mediator.send(new Place('a'), { messageId: 'id1' });
    await expect(send()).rejects.toThrow('connection reset');
    await expect(count(lab, 'catga_outcome')).resolves.toBe(0);
    thrown = new OutOfStock('out of stock');
    await expect(send()).rejects.toBe(thrown);
    thrown = new Error('the handler ran again');
    await expect(send()).rejects.toThrow('out of stock');
    await expect(count(lab, 'effects')).resolves.toBe(0);
    await expect(count(lab, 'catga_outbox')).resolves.toBe(0);
    expect(engine.attempts).toBe(0);
  });

  it('of an event handles it once, and rolls its record back when it fails', async () => {
    const lab = await create();
    const attempts: number[] = [];
    const node = await labs.start(
      { outbox: sqlOutbox(lab.database), retry: { initialDelayMs: 1, jitter: false } },
      (it) =>
        it.handleEvent(
          Placed,
          async (event, context) => {
            attempts.push(context.attempt);
            await lab.database
              .current()
              ?.query('INSERT INTO effects (message) VALUES ($1)', [(event as Placed).orderId]);
            if (context.attempt < 3) throw new Error('again');
          },
          { transaction: true },
        ),
    );
    await node.mediator.publish(new Placed('a', 1));
    await until(() => attempts.length === 3);
    await until(async () => (await count(lab, 'effects')) === 1);
    expect(attempts).toEqual([1, 2, 3]);
    await expect(count(lab, 'catga_inbox')).resolves.toBe(1);
  });

  it('acknowledges a repetition without running, and keeps the outcome of a queued command for it', async () => {
    const lab = await create();
    const engine = new InterruptedEngine(memory({ deduplicationWindowMs: 0 }));
    let runs = 0;
    const node = await labs.start({ engine, outbox: sqlOutbox(lab.database) }, (it) =>
      it
        .handleRequest(
          Place,
          placing(lab, () => void runs++),
          { transaction: true },
        )
        .handleEvent(Placed, () => {}),
    );
    const enqueue = () => node.mediator.enqueue(new Place('a'), { messageId: 'id1', keepOutcome: true });
    const receipt = await enqueue();
    await expect(receipt.outcome()).resolves.toEqual({ ok: true, value: 'placed a' });
    await enqueue(); // the engine does not know it any more
    await until(() => engine.appended.filter(({ kind }) => kind === 'command').length === 2);
    await node.settled();
    expect(runs).toBe(1);
    await expect(count(lab, 'effects')).resolves.toBe(1);
    await expect(node.mediator.outcomeOf(Place, 'id1')).resolves.toEqual({ ok: true, value: 'placed a' });
  });

  it('does not start where the outbox cannot do it, the database is another, or nothing repeats the message', async () => {
    const lab = await create();
    class Plain {}
    const start = (build: (node: CatgaNode) => CatgaNode, outbox = sqlOutbox(lab.database)) =>
      labs.start({ outbox }, build);
    const handle = async (): Promise<void> => {};
    await expect(
      start((it) => it.handleEvent(Placed, handle, { transaction: lab.another().database })),
    ).rejects.toThrow(/PlacedHandler has the option transaction, but it names another database/);
    await expect(start((it) => it.handleEvent(Plain, handle, { transaction: true }))).rejects.toThrow(
      /Plain has QoS 0/,
    );
    const node = await start((it) => it.handleEvent(Placed, handle, { transaction: lab.database }));
    expect(node.isOpen).toBe(true);
  });

  it('runs again in a new transaction of a pool of one connection', async () => {
    const lab = await labs.create(1);
    await lab.pool.query('CREATE TABLE effects (message text NOT NULL)');
    const node = await labs.start({ outbox: sqlOutbox(lab.database) }, (it) =>
      it.handleRequest(Place, placing(lab), { transaction: true }).handleEvent(Placed, () => {}),
    );
    const all = Array.from({ length: 10 }, (_, i) =>
      node.mediator.send(new Place(`o${i % 5}`), { messageId: `id${i % 5}` }),
    );
    await Promise.all(all);
    await expect(count(lab, 'effects')).resolves.toBe(5);
  });

  it('forgets what it handled after retentionMs, by chunks', async () => {
    const lab = await create();
    const client = { namespace: 'catga', nodeId: 'raw', committed() {}, known: () => [], resolve() {} };
    const store = await sqlOutbox(lab.database, { retentionMs: 60_000 }).open(client);
    await lab.pool.query(`INSERT INTO catga_inbox (namespace, subscription, name, message_id, handled_at)
      SELECT 'catga', 's', 'n', i::text, now() - interval '61 seconds' FROM generate_series(1, 2500) AS i
      UNION ALL SELECT 'catga', 's', 'n', 'young', now() - interval '59 seconds'
      UNION ALL SELECT 'other', 's', 'n', 'old', now() - interval '1 day'`);
    await lab.pool.query(`INSERT INTO catga_outcome (namespace, key, fingerprint, ok, outcome, expires_at)
      VALUES ('catga', 'old', 'f', true, '', now() - interval '1 second'), ('catga', 'young', 'f', true, '', now() + interval '1 minute')`);
    await (store as { maintain?(): Promise<void> }).maintain?.();
    const left = await lab.pool.query(
      'SELECT message_id AS id FROM catga_inbox UNION SELECT key FROM catga_outcome',
    );
    expect(left.rows.map(({ id }) => id as string).toSorted()).toEqual(['old', 'young']);
    await expect(count(lab, 'catga_outcome')).resolves.toBe(1);
  });

  it('says that the database is away, by its code', async () => {
    const lab = await create();
    const node = await labs.start({ outbox: sqlOutbox(lab.database) }, (it) =>
      it.handleRequest(Place, placing(lab), { transaction: true }),
    );
    await lab.pool.end();
    const failing = node.mediator.send(new Place('a'));
    await expect(failing).rejects.toBeInstanceOf(CatgaError);
    await expect(failing).rejects.toMatchObject({ code: 'CATGA_DATABASE_UNAVAILABLE', retryable: true });
    Object.assign(lab.pool, { end: async () => {} });
  });
});
