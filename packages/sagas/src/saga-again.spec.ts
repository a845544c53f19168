import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import { BriefFulfilment, OrderPlaced, Paid, TestShop } from './fulfilment.fixture.js';
import type { ShopNode } from './fulfilment.fixture.js';
import { minutes } from './index.js';

const SAGA = 'shop.brief';

describe('a saga that starts again under an id that is forgotten', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  /** Of the commands for `o1`. */
  const keys: string[] = [];

  /** A node with a saga that has ended, and is forgotten. */
  async function forgotten(): Promise<ShopNode> {
    shop = new TestShop(memory());
    shop.shop.before = (what, { effectKey }) => {
      if (what.endsWith(' o1')) keys.push(effectKey);
    };
    keys.length = 0;
    const one = await shop.start('one', [BriefFulfilment]);
    await fulfil(one, 'o1');
    await shop.clock.advance(2000);
    // Those that end let those be forgotten that ended before.
    for (let index = 0; index < 16; index++) await fulfil(one, `other${index}`);
    await expect(one.sagas.get(SAGA, 'o1')).resolves.toBeUndefined();
    shop.shop.ledger.length = 0;
    return one;
  }

  async function fulfil({ node }: ShopNode, id: string): Promise<void> {
    await node.mediator.publish(new OrderPlaced(id, 1));
    await shop.clock.advance(100);
    await node.mediator.publish(new Paid(id));
    await shop.clock.advance(100);
  }

  it('sends its commands anew: they are no repetitions, to the engine and to handlers', async () => {
    await fulfil(await forgotten(), 'o1');
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1', 'Fulfilled o1']);
    expect(new Set(keys).size).toBe(4);
  });

  it('hears nothing of the timeouts of the one before', async () => {
    const { node, sagas } = await forgotten();
    await shop.clock.advance(minutes(10));
    await node.mediator.publish(new OrderPlaced('o1', 1));
    await shop.clock.advance(minutes(14));
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'running' });
    await shop.clock.advance(minutes(2));
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensated', reason: 'late' });
  });
});
