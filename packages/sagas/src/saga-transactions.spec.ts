import { afterEach, describe, expect, it } from '@jest/globals';
import { memory, memoryOutbox } from '@catga/core';
import { Fulfilment, OrderPlaced, Paid, TestShop, partsOf } from './fulfilment.fixture.js';
import { minutes } from './index.js';

const SAGA = 'shop.fulfilment';

describe('a saga in the database of the outbox', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('runs to its end, and what it sends is part of the transaction of its record', async () => {
    shop = new TestShop(memory());
    const outbox = memoryOutbox({ transactions: true });
    const { node, sagas } = await shop.start('one', [Fulfilment], { outbox, store: 'outbox' });
    for (const id of ['o1', 'o2']) await node.mediator.publish(new OrderPlaced(id, 100));
    await shop.pass(1000);
    await node.mediator.publish(new Paid('o1'));
    await shop.pass(1000);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'completed' });
    await shop.clock.advance(minutes(16));
    await expect(sagas.get(SAGA, 'o2')).resolves.toMatchObject({ status: 'compensated', reason: 'late' });
    expect(shop.shop.ledger.toSorted()).toEqual([
      'Charge o1',
      'Charge o2',
      'Fulfilled o1',
      'Refund o2',
      'ReleaseStock o2',
      'ReserveStock o1',
      'ReserveStock o2',
    ]);
  });

  it('takes each of many inputs once', async () => {
    shop = new TestShop(memory());
    const outbox = memoryOutbox({ transactions: true });
    const { node, sagas } = await shop.start('one', [Fulfilment], { outbox, store: 'outbox' });
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(1000);
    for (let part = 1; part <= 20; part++) {
      await node.mediator.publish(new Paid('o1', part), { messageId: `p${part}` });
      await node.mediator.publish(new Paid('o1', part), { messageId: `p${part}` });
    }
    await shop.pass(5000);
    const found = await sagas.get(SAGA, 'o1');
    expect(partsOf(found)).toHaveLength(20);
  });

  it('does not start on a node whose outbox keeps no records', async () => {
    shop = new TestShop(memory());
    for (const options of [{}, { outbox: memoryOutbox() }])
      await expect(shop.start('one', [Fulfilment], { ...options, store: 'outbox' })).rejects.toMatchObject({
        code: 'CATGA_CONFIGURATION',
        message: expect.stringContaining(
          "Fulfilment (test) uses store 'outbox', and the outbox of the node does not store records",
        ) as unknown,
      });
  });
});
