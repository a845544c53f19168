import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '@catga/core';
import { Fulfilment, OrderPlaced, Paid, TestShop, partsOf } from './fulfilment.fixture.js';
import { On, Saga, minutes } from './index.js';
import type { SagaContext } from './index.js';
import type { FulfilmentState } from './fulfilment.fixture.js';

const SAGA = 'shop.fulfilment';

/** Steps of two nodes have read the same state before either of them writes. */
class Meeting {
  private arrived = 0;
  private open: () => void = () => {};
  private readonly both = new Promise<void>((resolve) => (this.open = resolve));

  async attend(): Promise<void> {
    this.arrived += 1;
    if (this.arrived === 2) this.open();
    await this.both;
  }
}
const meeting = new Meeting();

@Saga({ name: SAGA })
class MeetingFulfilment extends Fulfilment {
  @On(Paid, (event) => event.orderId)
  override async paid(event: Paid, saga: SagaContext<FulfilmentState>): Promise<void> {
    await meeting.attend();
    await super.paid(event, saga);
  }
}

describe('inputs of one saga on three nodes', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('take effect once each, a hundred at a time, and conflicts cost no attempt', async () => {
    shop = new TestShop(new MemoryNetwork());
    const nodes = await Promise.all(
      ['one', 'two', 'three'].map((nodeId) =>
        shop.start(nodeId, [MeetingFulfilment], { retry: { maxAttempts: 1 } }),
      ),
    );
    const [first] = nodes;
    await first!.node.mediator.publish(new OrderPlaced('o1', 1));
    await shop.pass(5000);
    const parts = Array.from({ length: 100 }, (_, index) => index + 1);
    await Promise.all(
      parts.map((part, index) =>
        nodes[index % 3]!.node.mediator.publish(new Paid('o1', part), { key: `p${part}` }),
      ),
    );
    await shop.pass(5000);
    const found = await first!.sagas.get(SAGA, 'o1');
    expect(partsOf(found).toSorted((a, b) => a - b)).toEqual(parts);
    const counts = nodes.map(({ sagas }) => sagas.counts(SAGA));
    expect(counts.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBeGreaterThan(0);
    await expect(first!.node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('go on where a node is killed', async () => {
    const network = new MemoryNetwork();
    shop = new TestShop(network);
    for (const nodeId of ['one', 'two', 'three']) await shop.start(nodeId);
    const ids = Array.from({ length: 30 }, (_, index) => `o${index}`);
    const { node, sagas } = shop.nodes.get('one')!;
    for (const id of ids) await node.mediator.publish(new OrderPlaced(id, 1));
    shop.shop.before = () => new Promise((resolve) => void shop.clock.setTimer(20, resolve));
    await shop.clock.advance(30);
    network.crash('two');
    await shop.pass(2000);
    network.crash('three');
    await shop.pass(60_000);
    for (const id of ids.slice(0, 15)) await node.mediator.publish(new Paid(id));
    await shop.pass(minutes(16));
    const { ledger } = shop.shop;
    for (const [index, id] of ids.entries()) {
      const isPaid = index < 15;
      const found = await sagas.get(SAGA, id);
      expect([id, found?.status]).toEqual([id, isPaid ? 'completed' : 'compensated']);
      // At least once: a command that was being handled on a killed node is handled again.
      for (const what of isPaid
        ? ['ReserveStock', 'Charge', 'Fulfilled']
        : ['ReserveStock', 'Charge', 'Refund', 'ReleaseStock'])
        expect(ledger).toContain(`${what} ${id}`);
    }
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });
});
