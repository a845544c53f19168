import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import { Declined, Fulfilment, OrderPlaced, Paid, TestShop } from './fulfilment.fixture.js';
import type { FulfilmentState } from './fulfilment.fixture.js';
import { On, OnTimeout, Saga, StartedBy, UpgradeState, minutes } from './index.js';
import type { SagaContext } from './index.js';
import type { SagaClass } from './definition/saga-definition.js';

const NAME = 'shop.state';
const idOf = ({ orderId }: { readonly orderId: string }): string => orderId;

@Saga({ name: NAME, maxBytes: 2000 })
class First {
  @StartedBy(OrderPlaced, idOf)
  start({ cents }: OrderPlaced, saga: SagaContext<{ cents: number; note?: string }>): void {
    saga.state = { cents };
  }
  @On(Paid, idOf)
  paid({ part }: Paid, saga: SagaContext<{ cents: number; note?: string }>): void {
    saga.state.note = 'x'.repeat(part);
  }
}

interface ThirdState {
  readonly euros: number;
  readonly parts: number[];
}

@Saga({ name: NAME, version: 3 })
class Third {
  @StartedBy(OrderPlaced, idOf)
  start({ cents }: OrderPlaced, saga: SagaContext<ThirdState>): void {
    saga.state = { euros: cents / 100, parts: [] };
  }
  @On(Paid, idOf)
  paid({ part }: Paid, saga: SagaContext<ThirdState>): void {
    saga.state.parts.push(part);
  }
  @UpgradeState(1)
  one(old: { cents: number }): { euros: number } {
    return { euros: old.cents / 100 };
  }
  @UpgradeState(2)
  async two(old: { euros: number }): Promise<ThirdState> {
    return { ...old, parts: [] };
  }
}

describe('the state of a saga', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  async function running(): Promise<TestShop> {
    shop = new TestShop(memory());
    const { node } = await shop.start('one', [First]);
    await node.mediator.publish(new OrderPlaced('o1', 500));
    await shop.pass(100);
    return shop;
  }

  async function replaceBy(target: SagaClass): Promise<ReturnType<TestShop['start']>> {
    const stopped = shop.nodes.get('one')?.node.stop();
    await shop.clock.advance(60_000);
    await stopped;
    return shop.start('two', [target]);
  }

  it('is upgraded from every version when it is read', async () => {
    await running();
    const { node, sagas } = await replaceBy(Third);
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({ version: 1, state: { cents: 500 } });
    await node.mediator.publish(new Paid('o1', 7));
    await shop.pass(1000);
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({
      version: 3,
      state: { euros: 5, parts: [7] },
    });
  });

  it('of a later version is left to nodes that know it: no attempt is spent here', async () => {
    shop = new TestShop(memory());
    const third = await shop.start('one', [Third]);
    await third.node.mediator.publish(new OrderPlaced('o1', 500));
    await shop.pass(100);
    const { node, sagas } = await replaceBy(First);
    await node.mediator.publish(new Paid('o1', 7));
    await shop.pass(30_000);
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
    await shop.start('three', [Third]);
    const stopped = node.stop();
    await shop.pass(60_000);
    await stopped;
    await expect(sagas.get(NAME, 'o1')).rejects.toMatchObject({ code: 'CATGA_SHUTTING_DOWN' });
    const { sagas: left } = shop.nodes.get('three')!;
    await expect(left.get(NAME, 'o1')).resolves.toMatchObject({ state: { euros: 5, parts: [7] } });
  });

  it('is bounded: a step that would exceed that is a dead letter at once, and the saga stays as it was', async () => {
    await running();
    const { node, sagas } = shop.nodes.get('one')!;
    await node.mediator.publish(new Paid('o1', 3000));
    await shop.pass(100);
    const { items } = await node.deadLetters.list();
    expect(items).toMatchObject([{ attempts: 1, error: { code: 'CATGA_PAYLOAD_TOO_LARGE' } }]);
    expect(items[0]?.error.message).toMatch(
      /^The record of the saga shop.state 'o1' would have \d+ bytes .* the limit is 2000/,
    );
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({ revision: 1, state: { cents: 500 } });
    await node.mediator.publish(new Paid('o1', 5));
    await shop.pass(100);
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({ state: { note: 'xxxxx' } });
  });

  it('that has grown too large keeps the saga from nothing that compensates or ends it', async () => {
    @Saga({ name: NAME, maxBytes: 4000 })
    class Grown extends Fulfilment {
      @OnTimeout('payment')
      override late(saga: SagaContext<FulfilmentState>): void {
        saga.compensate('late '.repeat(1000));
      }
    }
    shop = new TestShop(memory());
    shop.shop.before = (what) => {
      if (what.startsWith('Refund')) throw new Declined('closed '.repeat(1000));
    };
    const { node, sagas } = await shop.start('one', [Grown]);
    await node.mediator.publish(new OrderPlaced('o1', 1));
    await shop.pass(minutes(16));
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({
      status: 'stuck',
      problem: expect.stringMatching(/^shop.refund failed: closed/),
    });
    await expect(sagas.complete(NAME, 'o1', 'by hand')).resolves.toBe(true);
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('has to be what the serializer carries: else its input is a dead letter at once, and the saga has not started', async () => {
    @Saga({ name: NAME })
    class Mapped {
      @StartedBy(OrderPlaced, idOf)
      start(_: OrderPlaced, saga: SagaContext<object>): void {
        saga.state = { lines: new Map() };
      }
    }
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Mapped]);
    await node.mediator.publish(new OrderPlaced('o1', 1));
    await shop.pass(1000);
    const { items } = await node.deadLetters.list();
    expect(items.map(({ attempts, error }) => [attempts, error.code, error.message])).toEqual([
      [1, 'CATGA_SERIALIZATION', expect.stringMatching(/^The state of shop.state .*'lines' is a Map/)],
    ]);
    await expect(sagas.get(NAME, 'o1')).resolves.toBeUndefined();
  });

  it('of a later version is waited for by the timeouts of newer code, too', async () => {
    @Saga({ name: NAME, version: 3 })
    class Timed extends Third {
      @StartedBy(OrderPlaced, idOf)
      override start(event: OrderPlaced, saga: SagaContext<ThirdState>): void {
        super.start(event, saga);
        saga.timeout('new', minutes(1));
      }
      @OnTimeout('new')
      late(saga: SagaContext<ThirdState>): void {
        saga.state.parts.push(-1);
      }
    }
    shop = new TestShop(memory());
    const newer = await shop.start('one', [Timed]);
    await newer.node.mediator.publish(new OrderPlaced('o1', 500));
    await shop.pass(100);
    const { node } = await replaceBy(First);
    await shop.pass(minutes(2));
    const stopped = node.stop();
    await shop.start('three', [Timed]);
    await shop.pass(60_000);
    await stopped;
    const { sagas } = shop.nodes.get('three')!;
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({ state: { euros: 5, parts: [-1] } });
  });

  it('has an id that every store holds', async () => {
    await running();
    const { node, sagas } = shop.nodes.get('one')!;
    const odd = 'ü/%/ *>.# \n';
    await node.mediator.publish(new OrderPlaced(odd, 1));
    await node.mediator.publish(new OrderPlaced('', 1));
    await node.mediator.publish(new OrderPlaced('x'.repeat(201), 1));
    await node.mediator.publish(new OrderPlaced('half \ud800', 1));
    await node.mediator.publish(new OrderPlaced(7 as never, 1));
    await shop.pass(1000);
    await expect(sagas.get(NAME, odd)).resolves.toMatchObject({ id: odd });
    const { items } = await node.deadLetters.list();
    expect(items.map(({ attempts, error }) => [attempts, error.message])).toEqual([
      [1, `The id of a saga ${NAME} is empty.`],
      [1, `The id of a saga ${NAME} is longer than 200 characters.`],
      [1, `The id of a saga ${NAME} has half a surrogate pair.`],
      [1, `The id of a saga ${NAME} is not a string.`],
    ]);
  });
});
