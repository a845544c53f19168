import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@catga/compliance/fixtures';
import type { CatgaOptions } from '@catga/core';
import { systemClock } from '@catga/core/engine';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { NatsServer, RedisServer } from '@catga/servers';
import { Declined, Fulfilment, OrderPlaced, Paid, TestShop, partsOf } from './fulfilment.fixture.js';
import type { ShopNode } from './fulfilment.fixture.js';
import type { SagaStatus } from './index.js';

const SAGA = 'shop.fulfilment';

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
    const ids = ['o1', 'poor', 'poor/ü *.>'];
    for (const id of ids) await nodes[0]!.node.mediator.publish(new OrderPlaced(id, 5));
    await isNow('o1', 'running', 3);
    await nodes[1]!.node.mediator.publish(new Paid('o1'));
    await isNow('o1', 'completed');
    for (const id of ids.slice(1)) await isNow(id, 'compensated');
    await until(() => shop.shop.ledger.length === 7);
    expect(shop.shop.ledger.toSorted()).toEqual([
      'Charge o1',
      'Fulfilled o1',
      'ReleaseStock poor',
      'ReleaseStock poor/ü *.>',
      'ReserveStock o1',
      'ReserveStock poor',
      'ReserveStock poor/ü *.>',
    ]);
    const page = await nodes[1]!.sagas.list({ saga: SAGA, status: 'compensated' });
    expect(page.items.map(({ id, reason }) => `${id}: ${reason}`).toSorted()).toEqual([
      'poor/ü *.>: no money',
      'poor: no money',
    ]);
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
});
