import { InterruptedEngine } from '@catga/compliance/fixtures';
import { memory } from '@catga/core';
import type { CatgaNode } from '@catga/core';
import { describe, expect, it } from '@jest/globals';
import { Placed, SqlLabs, until } from './sql.fixture.js';
import { sqlOutbox } from './sql-outbox.js';
import type { SqlLab } from './sql.fixture.js';

const labs = new SqlLabs();

async function setUp(lab?: SqlLab, engine = new InterruptedEngine(memory())) {
  const used = lab ?? (await labs.create());
  const handled: string[] = [];
  const startNode = (on: SqlLab, nodeId: string): Promise<CatgaNode> =>
    labs.start({ engine, nodeId, outbox: sqlOutbox(on.database) }, (it) =>
      it.handleEvent(Placed, (event) => {
        const { orderId, step } = event as Placed;
        handled.push(`${orderId}${step}`);
      }),
    );
  const node = await startNode(used, 'one');
  await node.settled();
  return { ...used, node, engine, handled, startNode, publish: publisher(node) };
}

function publisher(node: CatgaNode) {
  return async (...steps: string[]): Promise<void> => {
    for (const step of steps)
      await node.mediator.publish(new Placed(step.charAt(0), Number(step.slice(1))), { messageId: step });
  };
}

const rows = async ({ pool }: Pick<SqlLab, 'pool'>, table: string): Promise<number> =>
  Number((await pool.query(`SELECT count(*) AS n FROM ${table}`)).rows[0].n);

describe('an event in a transaction of PostgreSQL', () => {
  it('is stored with the rows of the transaction, sent after the COMMIT, and removed', async () => {
    const { database, pool, publish, handled, engine } = await setUp();
    await database.run(async ({ handle }) => {
      await handle.query(`INSERT INTO orders (id) VALUES ('a')`);
      await publish('a1', 'a2', 'b1');
      expect(engine.attempts).toBe(0);
    });
    await until(() => handled.length === 3);
    expect(handled.filter((step) => step.startsWith('a'))).toEqual(['a1', 'a2']);
    await expect(rows({ pool }, 'orders')).resolves.toBe(1);
    await until(async () => (await rows({ pool }, 'catga_outbox')) === 0);
    expect(engine.appended).toHaveLength(3);
  });

  it('is dropped by a rollback, and by that of its savepoint alone', async () => {
    const { database, publish, handled, pool } = await setUp();
    await expect(
      database.run(async () => {
        await publish('a1');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await database.run(async () => {
      await publish('b1');
      await database
        .run(async () => {
          await publish('b2');
          throw new Error('back to the savepoint');
        })
        .catch(() => {});
      await publish('b3');
    });
    await database.run(async ({ handle }) => {
      await publish('c1');
      await handle.query('SAVEPOINT mine');
      await publish('c2');
      await handle.query('ROLLBACK TO SAVEPOINT mine');
      await publish('c3');
    });
    await until(() => handled.length === 4);
    expect(handled).toEqual(['b1', 'b3', 'c1', 'c3']);
    await until(async () => (await rows({ pool }, 'catga_outbox')) === 0);
  });

  it('joins a transaction of the library by its client, and is sent soon after its COMMIT', async () => {
    const { pool, node, handled } = await setUp();
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await node.mediator.publish(new Placed('a', 1), { transaction: client });
      await expect(rows({ pool }, 'catga_outbox')).resolves.toBe(0); // for others
      await client.query('ROLLBACK');
      await client.query('BEGIN');
      await node.mediator.publish(new Placed('a', 2), { transaction: client });
      await client.query('COMMIT');
      await node.settled();
      expect(handled).toEqual(['a2']);
      const other = { begin: 'not ours' };
      await expect(node.mediator.publish(new Placed('a', 3), { transaction: other })).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
      });
    } finally {
      client.release();
    }
  });

  it('keeps the order of its key behind a commit whose node did not live to send it', async () => {
    const { database, another, engine, handled, publish } = await setUp();
    // A node that commits and is never told of it.
    const lost = another();
    const store = await sqlOutbox(lost.database).open({
      namespace: 'catga',
      nodeId: 'lost',
      committed() {},
      known: () => [],
      resolve() {},
    });
    const engineOfLost = new InterruptedEngine(memory());
    engineOfLost.weather = 'away';
    await lost.database.run(async () => {
      await store.add([
        {
          message: {
            messageId: 'a1',
            name: 'shop.placed.v1',
            kind: 'event',
            body: Buffer.from('{"orderId":"a","step":1}'),
            serializer: 'json',
            headers: {},
            key: 'a',
            correlationId: 'a1',
            causationId: undefined,
            originNodeId: 'lost',
            sentAtMs: Date.now(),
            history: [],
          },
        },
      ]);
    });
    await database.run(() => publish('a2', 'a3'));
    await until(() => handled.length === 3);
    expect(handled).toEqual(['a1', 'a2', 'a3']);
    expect(engine.appended.map(({ messageId }) => messageId)).toEqual(['a1', 'a2', 'a3']);
  });

  it('does not wait for a transaction that drew an earlier position and is not committed yet', async () => {
    const { pool, database, node, publish, handled } = await setUp();
    const stalled = await pool.connect();
    await stalled.query('BEGIN');
    await node.mediator.publish(new Placed('a', 1), { transaction: stalled });
    await database.run(() => publish('a2', 'b1'));
    await until(() => handled.length === 2);
    await stalled.query('COMMIT');
    stalled.release();
    await database.run(() => publish('a3'));
    await until(() => handled.length === 4);
    // In the order of the commits.
    expect(handled.filter((step) => step.startsWith('a'))).toEqual(['a2', 'a1', 'a3']);
    await until(async () => (await rows({ pool }, 'catga_outbox')) === 0);
  });

  it('waits while the engine is away, and two nodes send each key in order when it is back', async () => {
    const one = await setUp();
    const two = one.another();
    const other = await one.startNode(two, 'two');
    await other.settled();
    const publishOther = publisher(other);
    one.engine.weather = 'away';
    for (let step = 0; step < 20; step += 2) {
      await one.database.run(() => one.publish(`a${step}`, `b${step}`));
      await two.database.run(() => publishOther(`a${step + 1}`));
    }
    await publishOther('c1'); // in no transaction
    await expect(rows(one, 'catga_outbox')).resolves.toBe(31);
    one.engine.weather = 'fine';
    await until(() => one.handled.length === 31);
    const sent = [...new Set(one.engine.appended.map(({ messageId }) => messageId))];
    expect(sent.filter((id) => id.startsWith('a'))).toEqual(
      Array.from({ length: 20 }, (_, step) => `a${step}`),
    );
    await until(async () => (await rows(one, 'catga_outbox')) === 0);
  });

  it('of two nodes that commit side by side is sent once each, in the order of the commits of its key', async () => {
    const one = await setUp();
    const two = one.another();
    const publishOther = publisher(await one.startNode(two, 'two'));
    await one.pool.query(`INSERT INTO orders (id) VALUES ('a'), ('b')`);
    const place = async (lab: SqlLab, publish: (...steps: string[]) => Promise<void>, id: string) =>
      lab.database.run(async ({ handle }) => {
        const { rows: found } = await handle.query(
          'UPDATE orders SET steps = steps + 1 WHERE id = $1 RETURNING steps',
          [id],
        );
        await publish(`${id}${found[0].steps}`);
      });
    const work: Promise<void>[] = [];
    for (let i = 0; i < 25; i++)
      for (const id of ['a', 'b']) work.push(place(one, one.publish, id), place(two, publishOther, id));
    await Promise.all(work);
    await until(() => one.handled.length === 100);
    for (const id of ['a', 'b']) {
      const inOrder = Array.from({ length: 50 }, (_, step) => `${id}${step + 1}`);
      expect(one.handled.filter((step) => step.startsWith(id))).toEqual(inOrder);
    }
  });

  it('may have a key, an id and texts of any length and characters', async () => {
    const { database, pool, node, handled } = await setUp();
    const long = '\u0000\\0 ✓'.repeat(1000);
    for (const step of [1, 2])
      await database.run(() =>
        node.mediator.publish(new Placed('a', step), { key: long, messageId: `${long}${step}` }),
      );
    await until(() => handled.length === 2);
    expect(handled).toEqual(['a1', 'a2']);
    await until(async () => (await rows({ pool }, 'catga_outbox')) === 0);
  });

  it('that the engine refuses is parked, listed, re-sent and dropped', async () => {
    const { database, publish, node, engine, handled } = await setUp();
    engine.weatherFor = ({ messageId }) =>
      messageId === 'b1' ? 'fine' : Object.assign(new Error('never'), { retryable: false });
    await database.run(() => publish('a1', 'a2', 'b1'));
    await until(async () => (await node.outbox.counts()).parked === 2);
    const [first, second] = await node.outbox.parked();
    expect([first, second]).toMatchObject([
      { message: { messageId: 'a1' }, failure: { error: { message: 'never' } } },
      { message: { messageId: 'a2' } },
    ]);
    engine.weatherFor = () => 'fine';
    await expect(node.outbox.resend(first!.id)).resolves.toBe(true);
    await expect(node.outbox.drop(second!.id)).resolves.toBe(true);
    await until(() => handled.length === 2);
    expect(handled.toSorted()).toEqual(['a1', 'b1']);
    await expect(node.outbox.counts()).resolves.toMatchObject({ parked: 0 });
  });
});
