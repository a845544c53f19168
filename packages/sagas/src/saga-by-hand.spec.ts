import { afterEach, describe, expect, it } from '@jest/globals';
import { CatgaError, memory } from '@catga/core';
import type { EngineConnection } from '@catga/core/engine';
import { ProxiedEngine } from '@catga/compliance/fixtures';
import { Fulfilment, OrderPlaced, Paid, TestShop } from './fulfilment.fixture.js';
import type { FulfilmentState } from './fulfilment.fixture.js';
import { On, Saga } from './index.js';
import type { CatgaSagas, SagaContext } from './index.js';

const SAGA = 'shop.fulfilment';

/** Engine whose log takes nothing while it is away; its records go on. */
class LogAway extends ProxiedEngine {
  isAway = false;

  protected portsOf({ log }: EngineConnection): Partial<EngineConnection> {
    return {
      log: {
        append: async (...request) => {
          if (this.isAway) throw new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The broker is away.');
          return log.append(...request);
        },
        subscribe: (...request) => log.subscribe(...request),
      },
    };
  }
}

describe('what somebody decides about a saga', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('is done when it is decided again, if it was stored and what it leads to was not sent', async () => {
    const engine = new LogAway(memory());
    shop = new TestShop(engine);
    const { node, sagas } = await shop.start('one');
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(100);
    engine.isAway = true;
    await expect(sagas.compensate(SAGA, 'o1')).rejects.toMatchObject({ code: 'CATGA_ENGINE_UNAVAILABLE' });
    engine.isAway = false;
    await shop.pass(5000);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensating' });
    await expect(sagas.compensate(SAGA, 'o1')).resolves.toBe(false);
    await shop.pass(100);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensated' });
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1', 'Refund o1', 'ReleaseStock o1']);
  });

  it('may be decided by a method of the saga itself, which is not waited for by its own step', async () => {
    const desk: { sagas?: CatgaSagas } = {};
    @Saga({ name: SAGA })
    class Deciding extends Fulfilment {
      @On(Paid, (event) => event.orderId)
      override async paid({ orderId }: Paid, _saga: SagaContext<FulfilmentState>): Promise<void> {
        await desk.sagas?.compensate(SAGA, orderId, 'too late');
      }
    }
    shop = new TestShop(memory());
    const { node, sagas } = await shop.start('one', [Deciding]);
    desk.sagas = sagas;
    await node.mediator.publish(new OrderPlaced('o1', 100));
    await shop.pass(100);
    await node.mediator.publish(new Paid('o1'));
    await shop.pass(1000);
    await expect(sagas.get(SAGA, 'o1')).resolves.toMatchObject({ status: 'compensated', reason: 'too late' });
    expect(shop.shop.ledger).toEqual(['ReserveStock o1', 'Charge o1', 'Refund o1', 'ReleaseStock o1']);
    await expect(node.deadLetters.list()).resolves.toMatchObject({ items: [] });
  });
});
