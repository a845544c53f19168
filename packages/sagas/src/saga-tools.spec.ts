import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@catga/compliance/fixtures';
import { CatgaNode, MemoryNetwork } from '@catga/core';
import { SagaClient } from '@catga/core/admin';
import type { SagaSummary } from '@catga/core/admin';
import { systemClock } from '@catga/core/engine';
import { BriefFulfilment, Declined, Fulfilment, OrderPlaced, TestShop } from './fulfilment.fixture.js';

const SAGA = 'shop.fulfilment';
const NOT_FOUND = { code: 'CATGA_SAGA_NOT_FOUND' };

describe('tools', () => {
  const network = new MemoryNetwork();
  const shop = new TestShop(network, systemClock);
  const tool = new CatgaNode({ engine: network, nodeId: 'tool', role: 'tool' });
  const client = new SagaClient(tool.mediator);

  beforeAll(async () => {
    shop.shop.before = (what) => {
      if (what === 'Refund a') throw new Declined('the bank is closed');
    };
    const { node } = await shop.start('one', [Fulfilment]);
    await shop.start('silent', [BriefFulfilment], { admin: { sagas: false } });
    await shop.start('two', [BriefFulfilment]);
    await tool.init();
    await tool.start();
    for (const id of ['a', 'b', 'c']) await node.mediator.publish(new OrderPlaced(id, 5));
    await until(async () => (await all(10)).filter(({ revision }) => revision === 3).length === 6);
  });

  afterAll(async () => {
    await tool.stop();
    await Promise.all([...shop.nodes.values()].map(({ node }) => node.stop()));
  });

  async function all(limit: number): Promise<readonly SagaSummary[]> {
    const found: SagaSummary[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = await client.list({}, { limit, ...(after !== undefined && { after }) });
      found.push(...items);
      if (next === undefined) return found;
      after = next;
    }
  }

  it('list the sagas of all names, a page at a time, of nodes that answer', async () => {
    expect(client.names()).toEqual(['shop.brief', SAGA]);
    const idOf = ({ saga, id }: SagaSummary): string => `${saga} ${id}`;
    const expected = ['shop.brief', SAGA].flatMap((saga) => ['a', 'b', 'c'].map((id) => `${saga} ${id}`));
    for (const limit of [1, 2, 100]) expect((await all(limit)).map(idOf).toSorted()).toEqual(expected);
    const page = await client.list({ saga: SAGA, startedBeforeMs: 0 }, { limit: 10 });
    expect(page).toEqual({ items: [], unreadable: [] });
    await expect(client.list({}, { limit: 1, after: '%' })).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
    });
  });

  it('read one, and are told when there is none', async () => {
    await expect(client.read(SAGA, 'b')).resolves.toMatchObject({
      saga: SAGA,
      id: 'b',
      status: 'running',
      state: { orderId: 'b', shelf: 'A1' },
      undo: ['shop.refund', 'shop.release'],
      history: [{ input: 'shop.placed', sent: ['shop.reserve', `catga.saga.${SAGA}`] }, {}, {}],
    });
    await expect(client.read(SAGA, 'nobody')).rejects.toMatchObject(NOT_FOUND);
    await expect(client.steer(SAGA, 'nobody', 'complete')).rejects.toMatchObject(NOT_FOUND);
    await expect(client.read('nobody', 'b')).rejects.toMatchObject(NOT_FOUND);
    await expect(client.list({ saga: 'nobody' }, { limit: 1 })).rejects.toMatchObject(NOT_FOUND);
  });

  it('steer them, where their status allows it', async () => {
    await expect(client.steer(SAGA, 'a', 'operate' as 'retry')).rejects.toMatchObject({
      code: 'CATGA_VALIDATION_FAILED',
    });
    await expect(client.steer(SAGA, 'a', 'retry')).resolves.toBe(false);
    await expect(client.steer(SAGA, 'a', 'compensate', 'by ann')).resolves.toBe(true);
    await until(async () => (await client.read(SAGA, 'a')).status === 'stuck');
    await expect(client.list({ saga: SAGA, status: 'stuck' }, { limit: 10 })).resolves.toMatchObject({
      items: [{ id: 'a', reason: 'by ann', problem: 'shop.refund failed: the bank is closed' }],
    });
    await expect(client.steer(SAGA, 'a', 'complete', 'paid by hand')).resolves.toBe(true);
    await expect(client.read(SAGA, 'a')).resolves.toMatchObject({
      status: 'completed',
      reason: 'paid by hand',
    });
  });
});
