import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import {
  BriefFulfilment,
  Charge,
  Declined,
  Fulfilment,
  OrderPlaced,
  Paid,
  TestShop,
} from './fulfilment.fixture.js';
import type { ShopNode } from './fulfilment.fixture.js';
import { hours, minutes } from './index.js';

const SAGA = 'shop.fulfilment';

describe('a saga', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  async function started(cents = 100): Promise<ShopNode> {
    shop = new TestShop(memory());
    const one = await shop.start('one');
    await one.node.mediator.publish(new OrderPlaced('o1', cents));
    return one;
  }

  it('sends its commands, hears of their results, and ends', async () => {
    const { node, sagas } = await started();
    await shop.pass(100);
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1']);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({
      status: 'running',
      state: { shelf: 'A1', charged: true },
      revision: 3,
      waitsFor: [],
      undo: ['shop.refund', 'shop.release'],
    });
    await node.mediator.publish(new Paid('o1'));
    await shop.pass(100);
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1', 'Fulfilled o1']);
    const ended = await sagas.get(SAGA, 'o1');
    expect(ended).toMatchObject({ status: 'completed', undo: [], state: { parts: [0] } });
    expect(ended?.history.map(({ input, sent }) => [input, ...sent])).toEqual([
      ['shop.placed', 'shop.reserve', 'catga.saga.shop.fulfilment'],
      ['result of shop.reserve', 'shop.charge'],
      ['result of shop.charge'],
      ['shop.paid', 'shop.fulfilled'],
    ]);
    expect(sagas.counts(SAGA)).toMatchObject({ started: 1, completed: 1, repeated: 0, ignored: 0 });
  });

  it('undoes what was done, the last first, when a command is refused', async () => {
    shop = new TestShop(memory());
    shop.shop.before = (what) => {
      if (what === 'Charge o1') throw new Declined('no money');
    };
    const { node, sagas } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(100);
    // What was refused had no effect, and is not undone; and it was not retried.
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'ReleaseStock o1']);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensated', reason: 'no money' });
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('is compensated by a timeout, in the reverse order, and ignores what comes then', async () => {
    const { node, sagas } = await started();
    await shop.clock.advance(minutes(16));
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1', 'Refund o1', 'ReleaseStock o1']);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensated', reason: 'late' });
    await node.mediator.publish(new Paid('o1'));
    await shop.pass(1000);
    expect(sagas.counts(SAGA)).toMatchObject({ compensated: 1, ignored: 1 });
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('undoes a command that has become a dead letter: it may have had an effect', async () => {
    shop = new TestShop(memory());
    shop.shop.before = (what) => {
      if (what === 'Charge o1') throw Object.assign(new Error('the bank is away'), { code: 'ECONNREFUSED' });
    };
    const { node } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(10_000);
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Refund o1', 'ReleaseStock o1']);
    const { items } = await node.deadLetters.list();
    expect(items.map(({ name }) => name)).toEqual(['shop.charge']);
  });

  it('does not undo a command before its outcome is known', async () => {
    shop = new TestShop();
    await shop.start('one', [Fulfilment], { serve: (node) => shop.shop.serve(node, Charge) });
    const { node, sagas } = shop.nodes.get('one')!;
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(hours(1));
    // Its handler is gone; ReleaseStock would be handled before ReserveStock.
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({
      status: 'compensating',
      waitsFor: ['shop.reserve'],
    });
    await shop.start('two', [], {});
    await shop.pass(20_000);
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'ReleaseStock o1']);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensated' });
  });

  it('hears of a command that somebody has cancelled in its queue: it had no effect', async () => {
    shop = new TestShop();
    const { node, sagas } = await shop.start('one', [Fulfilment], {
      serve: (it) => shop.shop.serve(it, Charge),
    });
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(1000);
    const { items } = await node.queue.list({ name: 'shop.reserve' });
    const cancelled = Promise.all(items.map((item) => node.queue.cancel(item)));
    await shop.pass(5000);
    await expect(cancelled).resolves.toEqual(['cancelled']);
    const found = await sagas.get(SAGA, 'o1');
    expect([found?.status, found?.reason]).toEqual([
      'compensated',
      expect.stringMatching(/^shop.reserve failed: /),
    ]);
    expect(shop.shop.ledger).toEqual([]);
  });

  it('is stuck when an undo fails, and goes on when it is retried by hand', async () => {
    shop = new TestShop(memory());
    let isRefunding = false;
    shop.shop.before = (what) => {
      if (what === 'Refund o1' && !isRefunding) throw new Declined('the bank is closed');
    };
    const { node, sagas } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.clock.advance(minutes(16));
    const stuck = { status: 'stuck', reason: 'late', problem: 'shop.refund failed: the bank is closed' };
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject(stuck);
    await expect(sagas.retry(SAGA, 'o1')).resolves.toBe(true);
    await shop.pass(1000);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject(stuck);
    isRefunding = true;
    await sagas.retry(SAGA, 'o1');
    await shop.pass(1000);
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1', 'Refund o1', 'ReleaseStock o1']);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({
      status: 'compensated',
      reason: 'late',
      problem: undefined,
    });
    await expect(sagas.retry(SAGA, 'o1')).resolves.toBe(false);
    expect(sagas.counts(SAGA)).toMatchObject({ stuck: 2, compensated: 1 });
  });

  it('waits for its start when another event comes first, and dead-letters that if there is none', async () => {
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one');
    await node.mediator.publish(new Paid('o1', 1));
    await node.mediator.publish(new Paid('o2', 1));
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(20_000);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ state: { parts: [1] } });
    const { items } = await node.deadLetters.list();
    expect(items.map(({ message, error }) => [message, error.code])).toEqual([
      [{ orderId: 'o2', part: 1 }, 'CATGA_SAGA_NOT_FOUND'],
    ]);
  });

  it('is started once, whatever comes twice', async () => {
    const { node, sagas } = await started();
    await shop.pass(100);
    await node.mediator.publish(new OrderPlaced('o1', 999));
    await shop.pass(100);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ state: { cents: 100 } });
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1']);
    expect(sagas.counts(SAGA)).toMatchObject({ started: 1, ignored: 1 });
  });

  it('starts beside others from one event', async () => {
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Fulfilment, BriefFulfilment]);
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(100);
    for (const saga of [SAGA, 'shop.brief'])
      await expect(sagas.get(saga, 'o1')).resolves.toMatchObject({ status: 'running', revision: 3 });
    expect(shop.shop.ledger.toSorted()).toEqual([
      'Charge o1',
      'Charge o1',
      'ReserveStock o1',
      'ReserveStock o1',
    ]);
  });

  it('is compensated or completed by hand, and others are not there', async () => {
    const { node, sagas } = await started();
    await node.mediator.publish(new OrderPlaced('o2', 1));
    await shop.pass(100);
    await expect(sagas.compensate(SAGA, 'o1', 'the customer called')).resolves.toBe(true);
    await expect(sagas.complete(SAGA, 'o2')).resolves.toBe(true);
    await shop.pass(100);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({
      status: 'compensated',
      reason: 'the customer called',
    });
    await expect(sagas.get(SAGA, 'o2')).resolves.toMatchObject({ status: 'completed' });
    await expect(sagas.complete(SAGA, 'o2')).resolves.toBe(false);
    await expect(sagas.retry(SAGA, 'o3')).rejects.toMatchObject({ code: 'CATGA_SAGA_NOT_FOUND' });
    await expect(sagas.retry('other', 'o1')).rejects.toMatchObject({ code: 'CATGA_SAGA_NOT_FOUND' });
    await expect(sagas.get(SAGA, 'o3')).resolves.toBeUndefined();
  });

  it('is listed by name, status and age, a page at a time', async () => {
    const { node, sagas } = await started();
    for (let index = 2; index <= 25; index++)
      await node.mediator.publish(new OrderPlaced(`o${index}`, index));
    await shop.pass(1000);
    const middle = new Date(shop.clock.now());
    await shop.pass(1000);
    await node.mediator.publish(new OrderPlaced('late', 1));
    await sagas.complete(SAGA, 'o7');
    await shop.pass(100);
    const idsOf = async (filter: Parameters<typeof sagas.list>[0]): Promise<string[]> => {
      const ids: string[] = [];
      for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
        const page = await sagas.list(filter, { limit: 10, ...(after !== undefined && { after }) });
        expect(page.items.length).toBeLessThanOrEqual(10);
        ids.push(...page.items.map(({ id }) => id));
        after = page.next;
      }
      return ids;
    };
    await expect(idsOf({})).resolves.toHaveLength(26);
    await expect(idsOf({ saga: SAGA, status: 'completed' })).resolves.toEqual(['o7']);
    await expect(idsOf({ startedBefore: middle, status: 'running' })).resolves.toHaveLength(24);
    await expect(idsOf({ changedBefore: middle })).resolves.toHaveLength(24);
    await expect(idsOf({ saga: 'shop' })).resolves.toEqual([]);
    await expect(sagas.list({}, { limit: 0 })).rejects.toMatchObject({ code: 'CATGA_VALIDATION_FAILED' });
  });

  it('is forgotten when it ended long ago', async () => {
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [BriefFulfilment]);
    const fulfil = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index++)
        await node.mediator.publish(new OrderPlaced(`o${index}`, 1));
      await shop.clock.advance(100);
      for (let index = from; index < to; index++) await node.mediator.publish(new Paid(`o${index}`));
      await shop.clock.advance(100);
    };
    await fulfil(0, 16);
    await shop.clock.advance(2000);
    await fulfil(16, 40);
    const { items } = await sagas.list({});
    expect(items.map(({ id }) => id).filter((id) => Number(id.slice(1)) < 16)).toEqual([]);
    expect(items).toHaveLength(24);
  });
});
