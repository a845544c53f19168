import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@catga/compliance/fixtures';
import type { CatgaOptions } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { Declined, Fulfilment, OrderPlaced, Paid, TestShop, partsOf } from './fulfilment.fixture.js';
import type { ShopNode } from './fulfilment.fixture.js';
import { Saga, StartedBy } from './index.js';
import type { SagaStatus } from './index.js';

const SAGA = 'shop.fulfilment';

@Saga({ name: 'shop.from-beginning', startFrom: 'beginning' })
class FromBeginning {
  @StartedBy(OrderPlaced, ({ orderId }) => orderId)
  start(_: OrderPlaced): void {}
}

@Saga({ name: 'shop.from-now' })
class FromNow extends FromBeginning {}

/** No header and no key of a broker has it as it is. */
const ODD = 'poor\n%\0 😀';

interface Broker {
  readonly engine: () => CatgaOptions['engine'];
  stop(): Promise<void>;
}

const BROKERS: Readonly<Record<string, () => Promise<Broker>>> = {
  NATS: async () => {
    const server = await NatsServer.spawn();
    return { engine: () => nats(server.url), stop: () => server.stop() };
  },
  Redis: async () => {
    const server = await RedisServer.spawn();
    return { engine: () => redis(server.url), stop: () => server.stop() };
  },
};

describe.each(Object.entries(BROKERS))('sagas on %s', (_, spawn) => {
  let broker: Broker;
  let shop: TestShop;
  let nodes: readonly ShopNode[];

  beforeAll(async () => {
    broker = await spawn();
    shop = new TestShop(undefined, systemClock);
    shop.shop.before = (what) => {
      if (what.startsWith('Charge poor')) throw new Declined('no money');
    };
    const first = await shop.start('one', [Fulfilment], { engine: broker.engine() });
    nodes = [first, await shop.start('two', [Fulfilment], { engine: broker.engine() })];
  });

  afterAll(async () => {
    await Promise.all(nodes.map(({ node }) => node.stop()));
    await broker.stop();
  });

  const isNow = (id: string, status: SagaStatus, revision = 1): Promise<void> =>
    until(async () => {
      const found = await nodes[0]!.sagas.get(SAGA, id);
      return found?.status === status && found.revision >= revision;
    });

  it('run to their ends, of ids of any characters, and are listed', async () => {
    const ids = ['o1', 'poor', 'poor/ü *.>', ODD];
    for (const id of ids) await nodes[0]!.node.mediator.publish(new OrderPlaced(id, 5));
    await isNow('o1', 'running', 3);
    await nodes[1]!.node.mediator.publish(new Paid('o1'));
    await isNow('o1', 'completed');
    for (const id of ids.slice(1)) await isNow(id, 'compensated');
    await until(() => shop.shop.ledger.length === 9);
    const undone = ids.slice(1).flatMap((id) => [`ReserveStock ${id}`, `ReleaseStock ${id}`]);
    expect(shop.shop.ledger.toSorted()).toEqual(
      ['Charge o1', 'Fulfilled o1', 'ReserveStock o1', ...undone].toSorted(),
    );
    const page = await nodes[1]!.sagas.list({ saga: SAGA, status: 'compensated' });
    expect(page.items.map(({ id, reason }) => `${id}: ${reason}`).toSorted()).toEqual([
      `${ODD}: no money`,
      'poor/ü *.>: no money',
      'poor: no money',
    ]);
    await expect(nodes[0]!.sagas.list({}, { after: 'no such' })).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
    });
  });

  it('take each of many inputs once, and a repetition not again', async () => {
    await nodes[0]!.node.mediator.publish(new OrderPlaced('many', 5));
    await isNow('many', 'running', 3);
    const parts = Array.from({ length: 40 }, (__, index) => index + 1);
    await Promise.all(
      parts.flatMap((part, index) =>
        nodes.map(({ node }) =>
          node.mediator.publish(new Paid('many', part), { messageId: `many-${index}` }),
        ),
      ),
    );
    await isNow('many', 'running', 43);
    const found = await nodes[1]!.sagas.get(SAGA, 'many');
    expect(partsOf(found).toSorted((a, b) => a - b)).toEqual(parts);
    await expect(nodes[0]!.sagas.compensate(SAGA, 'many')).resolves.toBe(true);
    await isNow('many', 'compensated');
    expect(shop.shop.ledger.slice(-2)).toEqual(['Refund many', 'ReleaseStock many']);
  });

  it('that are new hear of earlier events if their startFrom says so', async () => {
    const late = await shop.start('late', [FromBeginning, FromNow], { engine: broker.engine(), serve() {} });
    nodes = [...nodes, late];
    await nodes[0]!.node.mediator.publish(new OrderPlaced('next', 5));
    const started = async (saga: string): Promise<readonly string[]> =>
      (await late.sagas.list({ saga })).items.map(({ id }) => id);
    await until(async () => (await started('shop.from-now')).length > 0);
    await until(async () => (await started('shop.from-beginning')).includes('next'));
    await expect(started('shop.from-now')).resolves.toEqual(['next']);
    await expect(started('shop.from-beginning')).resolves.toContain('o1');
  });
});
