import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import type { EngineConnection } from '@catga/core/engine';
import { ProxiedEngine } from '@catga/compliance/fixtures';
import { OrderPlaced, Paid, TestShop, partsOf } from './fulfilment.fixture.js';
import type { FulfilmentState } from './fulfilment.fixture.js';

const SAGA = 'shop.fulfilment';

/** Engine that counts what is read. */
class CountingEngine extends ProxiedEngine {
  reads = 0;

  protected portsOf({ records }: EngineConnection): Partial<EngineConnection> {
    if (records === undefined) throw new Error('The engine keeps no records.');
    return {
      records: {
        maxValueBytes: records.maxValueBytes,
        list: (prefix) => records.list(prefix),
        page: (...request) => records.page(...request),
        remove: (...request) => records.remove(...request),
        read: (key) => {
          this.reads += 1;
          return records.read(key);
        },
        write: (...request) => records.write(...request),
      },
    };
  }
}

describe('a step of a saga', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('that starts it, or goes on where this node was, reads nothing', async () => {
    const engine = new CountingEngine(memory());
    shop = new TestShop(engine);
    const { node, sagas } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(1000);
    expect(engine.reads).toBe(0);
    await node.mediator.publish(new Paid('o1'));
    await shop.pass(1000);
    expect(engine.reads).toBe(1);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'completed', revision: 4 });
  });

  it('reads what another node has written, where this one expected nothing new', async () => {
    shop = new TestShop(memory());
    let open = (): void => {};
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    shop.shop.before = () => isOpen;
    const { node, sagas, host } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(1000);
    const stored = await host.records.read(SAGA, 'o1');
    if (typeof stored?.record.state !== 'string') throw new Error('It has not started.');
    const { record, version } = stored;
    const state = JSON.parse(stored.record.state) as FulfilmentState;
    const other = { ...record, revision: 2, state: JSON.stringify({ ...state, parts: [7] }) };
    await expect(host.records.write(other, version, 10_000)).resolves.toBeDefined();
    open();
    await shop.pass(1000);
    const found = await sagas.get(SAGA, 'o1');
    expect(partsOf(found)).toEqual([7]);
    expect(found).toMatchObject({ revision: 4, state: { shelf: 'A1', charged: true } });
    expect(sagas.counts(SAGA)).toMatchObject({ conflicts: 1 });
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1']);
  });

  it('starts a saga once, whatever a repeated start expects', async () => {
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100), { messageId: 'first' });
    await node.mediator.publish(new OrderPlaced('o1', 200), { messageId: 'second' });
    await shop.pass(1000);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ state: { cents: 100, charged: true } });
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1']);
  });
});
