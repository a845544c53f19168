import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DurableSubscription } from '../../contracts/durable-subscription.js';
import type { EngineConnection } from '../../ports/engine.js';
import { MemoryHarness, Received, appendAll, storedMessage, subscription } from '../memory.fixture.js';

/** How many frames are stored: more than are read for the lag. */
const FRAMES = 1000;

describe('what waits for a subscription, in a lane with very many frames', () => {
  let harness: MemoryHarness;
  let node: EngineConnection;
  let stored = 0;

  beforeEach(async () => {
    harness = new MemoryHarness({ lanes: 1 });
    node = await harness.connect();
  });

  /** Each event in a frame of its own. */
  async function store(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => storedMessage(`e${++stored}`));
    await appendAll(node.log, messages);
    await harness.clock.advance(100);
  }

  async function listed(id = 'shop.mail'): Promise<DurableSubscription | undefined> {
    await harness.clock.advance(100);
    return (await node.subscriptions?.list())?.find((one) => one.id === id);
  }

  it.each([
    ['one that hangs at its front', [0]],
    ['some that hang side by side', [3, 4, 5, 6]],
    ['some that hang here and there', Array.from({ length: 20 }, (_, index) => index * 45)],
  ])('is %s, and nothing of what is done above it', async (_, hanging) => {
    const received = new Received();
    await node.log.subscribe(subscription({ concurrency: FRAMES }), received.take);
    await store(FRAMES);
    for (const [index, delivery] of received.deliveries.entries())
      if (!hanging.includes(index)) void delivery.ack();
    await expect(listed()).resolves.toMatchObject({
      waiting: hanging.length,
      lag: { due: 0, delayed: 0, handling: hanging.length },
    });
  });

  it('is reckoned from the first of them, of each subscription by itself', async () => {
    await (await node.log.subscribe(subscription(), () => {})).stop();
    await harness.clock.advance(100);
    await store(FRAMES);
    await (await node.log.subscribe(subscription({ id: 'shop.late' }), () => {})).stop();
    await harness.clock.advance(100);
    await store(5);
    await expect(listed()).resolves.toMatchObject({ waiting: FRAMES + 5, lag: { due: FRAMES + 5 } });
    await expect(listed('shop.late')).resolves.toMatchObject({ waiting: 5, lag: { due: 5 } });
  });
});
