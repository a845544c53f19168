import { afterEach, describe, expect, it } from '@jest/globals';
import { memory } from '@catga/core';
import type { TracedNode } from '@catga/core';
import { Fulfilment, OrderPlaced, Paid, TestShop } from './fulfilment.fixture.js';
import { minutes } from './index.js';
import { SagaCensus } from './records/saga-census.js';
import type { VersionedSaga } from './records/saga-records.js';

const SAGA = 'shop.fulfilment';

describe('what tracers hear of sagas', () => {
  let shop: TestShop;
  afterEach(() => shop.stop());

  it('is each start and each new status, and those that have not ended', async () => {
    const changes: string[] = [];
    let traced: TracedNode | undefined;
    shop = new TestShop(memory());
    shop.shop.before = (what) => {
      if (what === 'Refund stuck') throw new TypeError('the bank is closed');
    };
    const { node } = await shop.start('one', [Fulfilment], {
      telemetry: [
        {
          attach: (attached) => void (traced = attached),
          sagaChanged: ({ saga, status }) => void changes.push(`${saga} ${status}`),
        },
      ],
    });
    await node.mediator.publish(new OrderPlaced('stuck', 5));
    await shop.clock.advance(minutes(16));
    await node.mediator.publish(new OrderPlaced('paid', 5));
    await shop.pass(100);
    await node.mediator.publish(new Paid('paid'));
    await node.mediator.publish(new OrderPlaced('open', 5));
    await shop.pass(4000);
    expect(changes).toEqual(
      ['started', 'compensating', 'stuck', 'started', 'completed', 'started'].map(
        (status) => `${SAGA} ${status}`,
      ),
    );
    await expect(traced?.sagas()).resolves.toEqual([
      { saga: SAGA, running: 1, compensating: 0, stuck: 1, oldestMs: 4000 },
    ]);
  });
});

it('sagas that have not ended are counted page by page, no more often than every five seconds', async () => {
  let nowMs = 100_000;
  let pages = 0;
  const record = (status: 'running' | 'stuck' | 'completed', startedAtMs: number): VersionedSaga =>
    ({ record: { status, startedAtMs }, version: 1 }) as VersionedSaga;
  const census = new SagaCensus(
    SAGA,
    {
      page: (_saga, _limit, after) => {
        pages++;
        return Promise.resolve(
          after === undefined
            ? { sagas: [record('running', 90_000), record('completed', 1)], unreadable: [], next: '1' }
            : { sagas: [record('stuck', 2), record('running', 70_000)], unreadable: [], next: undefined },
        );
      },
    },
    { now: () => nowMs },
  );
  const first = { saga: SAGA, running: 1, compensating: 0, stuck: 0, oldestMs: 10_000 };
  await expect(Promise.all([census.read(), census.read()])).resolves.toEqual([first, first]);
  await census.read();
  expect(pages).toBe(1);
  nowMs += 5_000;
  const whole = { saga: SAGA, running: 2, compensating: 0, stuck: 1, oldestMs: 35_000 };
  await expect(census.read()).resolves.toEqual(whole);
  // The next pass has begun; what the one before found stays until its end.
  nowMs += 5_000;
  await expect(census.read()).resolves.toEqual({ ...whole, oldestMs: 40_000 });
  expect(pages).toBe(3);
});
