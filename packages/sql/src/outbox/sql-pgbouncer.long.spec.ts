import { Command, Message } from '@catga/core';
import { outboxStoreSuite } from '@catga/testing/outbox';
import { describe, expect, it } from '@jest/globals';
import { Placed, SqlLabs, until } from './sql.fixture.js';
import { sqlOutbox } from './sql-outbox.js';

// Fewer connections to the server than transactions side by side: each gets another one.
const labs = new SqlLabs({ poolSize: 3 });

@Message({ name: 'shop.place.v1' })
class Place extends Command<void> {
  constructor(readonly orderId: string) {
    super();
  }
}

describe('an outbox behind a PgBouncer that pools transactions', () => {
  const cases = outboxStoreSuite({
    capabilities: { isLasting: true, isTransactional: true, opensTransactions: true, keepsRecords: true },
    isLimited: false,
    createOutbox: async () => {
      const { database } = await labs.create();
      return { outbox: sqlOutbox(database), run: (work) => database.run(({ handle }) => work(handle)) };
    },
  });
  it.each(cases)('$name', ({ run }) => run());

  it('commits effects and events of many handlers side by side, each once', async () => {
    const lab = await labs.create();
    const placed: string[] = [];
    const node = await labs.start({ outbox: sqlOutbox(lab.database) }, (it) =>
      it
        .handleRequest(
          Place,
          async (command, context) => {
            const { orderId } = command as Place;
            await lab.database.current()?.query('INSERT INTO orders (id) VALUES ($1)', [orderId]);
            await context.publish(new Placed(orderId, 1));
          },
          { transaction: true },
        )
        .handleEvent(Placed, (event) => void placed.push((event as Placed).orderId), { transaction: true }),
    );
    const ids = Array.from({ length: 30 }, (_, i) => `o${i}`);
    await Promise.all([...ids, ...ids].map((id) => node.mediator.send(new Place(id), { messageId: id })));
    await until(() => placed.length === 30);
    expect(placed.toSorted()).toEqual(ids.toSorted());
    expect((await lab.pool.query('SELECT id FROM orders')).rowCount).toBe(30);
  });
});
