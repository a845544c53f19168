import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import { OrderPlaced, Paid, ReserveStock, TestShop } from './fulfilment.fixture.js';
import { On, OnResult, Saga, StartedBy } from './index.js';
import type { SagaContext } from './index.js';

const NAME = 'shop.options';
const idOf = ({ orderId }: { readonly orderId: string }): string => orderId;

describe('the options of a saga', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('maxAttempts and backoff: how often and when an event and an outcome are tried', async () => {
    const backoff = { initialDelayMs: 5000, multiplier: 1, jitter: false };
    @Saga({ name: NAME, maxAttempts: 2, backoff })
    class Tried {
      @StartedBy(OrderPlaced, idOf)
      start({ orderId }: OrderPlaced, saga: SagaContext<null>): void {
        saga.send(new ReserveStock(orderId));
      }
      @On(Paid, idOf)
      paid(_: Paid): void {}
      @OnResult(ReserveStock)
      reserved(): void {
        throw new Error('no');
      }
    }
    shop = new TestShop(memory());
    const { node } = await shop.start('one', [Tried]);
    await node.mediator.publish(new OrderPlaced('o1', 1));
    await node.mediator.publish(new Paid('nobody'));
    await shop.pass(4900);
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
    await shop.pass(200);
    const { items } = await node.deadLetters.list();
    expect(items.map(({ name, attempts }) => `${name} ${attempts}`).toSorted()).toEqual([
      `catga.saga.${NAME} 2`,
      'shop.paid 2',
    ]);
  });

  it.each([1, 3])('concurrency: how many inputs are handled at a time: %d', async (concurrency) => {
    let running = 0;
    let most = 0;
    @Saga({ name: NAME, concurrency })
    class Busy {
      @StartedBy(OrderPlaced, idOf)
      async start(_: OrderPlaced): Promise<void> {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => void shop.clock.setTimer(10, resolve));
        running -= 1;
      }
    }
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Busy]);
    for (let index = 0; index < 6; index++) await node.mediator.publish(new OrderPlaced(`o${index}`, 1));
    await shop.pass(1000);
    expect(most).toBe(concurrency);
    expect(sagas.counts(NAME).started).toBe(6);
  });
});
