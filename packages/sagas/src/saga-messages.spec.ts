import 'reflect-metadata';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Command, Message, ReliableEvent } from '@catga/nestjs';
import { memory } from '@catga/core';
import { OrderPlaced, TestShop } from './fulfilment.fixture.js';
import type { FulfilmentState } from './fulfilment.fixture.js';
import { On, OnTimeout, Saga, StartedBy } from './index.js';
import type { SagaContext } from './index.js';

const NAME = 'shop.messages';
const idOf = ({ orderId }: { readonly orderId: string }): string => orderId;

class Unnamed extends Command {}
class Plain {}

@ReliableEvent()
@Message({ name: 'shop.placed.express' })
class ExpressPlaced extends OrderPlaced {}

@ReliableEvent()
@Message({ name: 'shop.moved' })
class Moved {
  constructor(
    readonly orderId: string,
    readonly to: string,
  ) {}
}

describe('a message that a saga cannot', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it.each<[string, (saga: SagaContext<unknown>) => void, string, RegExp]>([
    ['queue', (saga) => saga.send(new Unnamed()), 'CATGA_CONFIGURATION', /^Unnamed cannot be queued/],
    ['store', (saga) => saga.publish(new Plain()), 'CATGA_UNSUPPORTED', /^Plain is not stored/],
    ['find', (saga) => saga.send(undefined as never), 'CATGA_CONFIGURATION', /./],
    ...[NaN, -1, 367 * 86_400_000].map(
      (delayMs): [string, (saga: SagaContext<unknown>) => void, string, RegExp] => [
        `delay by ${delayMs} ms`,
        (saga) => saga.timeout('late', delayMs),
        'CATGA_CONFIGURATION',
        /^The saga shop.messages 'o1' asks for the timeout 'late' after (NaN|-1|\d+) ms, which is not from 0 to \d+\.$/,
      ],
    ),
  ])('%s makes its input a dead letter at once, and nothing has happened', async (_, act, code, message) => {
    @Saga({ name: NAME })
    class Wrong {
      @StartedBy(OrderPlaced, idOf)
      start(__: OrderPlaced, saga: SagaContext<unknown>): void {
        act(saga);
      }
      @OnTimeout('late')
      late(): void {}
    }
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Wrong], {
      remote: 'named',
      serve: (it) => it.handleRequest(Unnamed, () => {}),
    });
    await node.mediator.publish(new OrderPlaced('o1', 1));
    await shop.pass(1000);
    const { items } = await node.deadLetters.list();
    expect(items.map(({ attempts, error }) => [attempts, error.code, error.message])).toEqual([
      [1, code, expect.stringMatching(message)],
    ]);
    await expect(sagas.get(NAME, 'o1')).resolves.toBeUndefined();
  });
});

describe('an event of a saga', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('may be of a subclass, where handlers get those', async () => {
    @Saga({ name: NAME })
    class Base {
      @StartedBy(OrderPlaced, idOf)
      start({ orderId, cents }: OrderPlaced, saga: SagaContext<FulfilmentState>): void {
        saga.state = { orderId, cents, parts: [] };
      }
    }
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Base], {
      inheritance: 'all',
      serve: (it) => it.handleEvent(ExpressPlaced, () => {}, { name: 'Express' }),
    });
    await node.mediator.publish(new ExpressPlaced('o1', 7));
    await shop.pass(1000);
    await expect(sagas.get(NAME, 'o1')).resolves.toMatchObject({ state: { cents: 7 } });
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });

  it('is for one of them: with two ids it is a dead letter at once', async () => {
    @Saga({ name: NAME })
    class Moving {
      @StartedBy(Moved, idOf)
      start(_: Moved): void {}
      @On(Moved, ({ to }) => to)
      moved(_: Moved): void {}
    }
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Moving], { serve() {} });
    await node.mediator.publish(new Moved('o1', 'o2'));
    await node.mediator.publish(new Moved('o3', 'o3'));
    await shop.pass(1000);
    const { items } = await node.deadLetters.list();
    expect(items.map(({ attempts, error }) => [attempts, error.code, error.message])).toEqual([
      [
        1,
        'CATGA_CONFIGURATION',
        expect.stringMatching(/^The saga shop.messages finds another id in shop.moved/),
      ],
    ]);
    await expect(sagas.get(NAME, 'o3')).resolves.toMatchObject({ status: 'running' });
  });
});
