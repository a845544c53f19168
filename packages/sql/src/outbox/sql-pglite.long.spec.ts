import { PGlite } from '@electric-sql/pglite';
import { CatgaNode, Command, Message } from '@catga/core';
import { outboxStoreSuite } from '@catga/testing/outbox';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pglite } from '../adapters/pglite.js';
import { Placed } from './sql.fixture.js';
import { sqlOutbox } from './sql-outbox.js';

@Message({ name: 'shop.place.v1' })
class Place extends Command<string> {
  constructor(readonly orderId: string) {
    super();
  }
}

let lite: PGlite;

beforeAll(async () => {
  lite = await PGlite.create();
});

afterAll(() => lite.close());

describe('an outbox in PGlite', () => {
  const cases = outboxStoreSuite({
    capabilities: { isLasting: true, isTransactional: true, opensTransactions: true, keepsRecords: true },
    isLimited: false,
    createOutbox: async () => {
      await lite.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      const database = pglite(lite);
      return { outbox: sqlOutbox(database), run: (work) => database.run(({ handle }) => work(handle)) };
    },
  }).filter(
    // It has one connection: the next transaction begins when the one before has ended.
    ({ name }) =>
      !/an independent transaction inside another|called from anywhere|while the other waits/.test(name),
  );
  it.each(cases)('$name', ({ run }) => run());

  it('commits the effect of a handler, its outcome and what it publishes', async () => {
    await lite.exec(
      'DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE orders (id text PRIMARY KEY)',
    );
    const database = pglite(lite);
    const placed: string[] = [];
    let tell = (): void => {};
    const told = new Promise<void>((resolve) => (tell = resolve));
    const node = new CatgaNode({ outbox: sqlOutbox(database) })
      .handleRequest(
        Place,
        async (command, context) => {
          const { orderId } = command as Place;
          await database.current()?.query('INSERT INTO orders VALUES ($1)', [orderId]);
          await context.publish(new Placed(orderId, 1));
          await database.current()?.query('SAVEPOINT mine');
          await context.publish(new Placed('lost', 1));
          await database.current()?.exec('ROLLBACK TO SAVEPOINT mine');
          return `placed ${orderId}`;
        },
        { transaction: true },
      )
      .handleEvent(Placed, (event) => {
        placed.push((event as Placed).orderId);
        tell();
      });
    await node.init();
    await node.start();
    const send = (): Promise<string> => node.mediator.send(new Place('a'), { messageId: 'id1' });
    await expect(Promise.all([send(), send()])).resolves.toEqual(['placed a', 'placed a']);
    await told;
    expect(placed).toEqual(['a']);
    await node.stop();
  });
});
