import { describe, expect, it } from '@jest/globals';
import { KEPT_UNHANDLED_MS } from '../../lanes/unhandled-names.js';
import { nodeInfo } from './lanes.fixture.js';
import { MemoryHarness, Received, storedMessage, subscription } from '../memory.fixture.js';

const events = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => storedMessage(`${name}${index}`, { name, key: `k${index}` }));

describe('a deployment', () => {
  it('that adds a name to a handler loses no event of it, whichever node owned the lane', async () => {
    const harness = new MemoryHarness();
    const before = await harness.connect({ nodeId: 'before' });
    const old = new Received();
    await before.log.subscribe(subscription({ names: ['a'] }), old.takeAndAck);
    await before.directory.announce(nodeInfo('before'));
    const after = await harness.connect({ nodeId: 'after' });
    const latest = new Received();
    await after.log.subscribe(subscription({ names: ['a', 'b'] }), latest.takeAndAck);
    await after.directory.announce(nodeInfo('after'));
    for (const message of [...events('a', 20), ...events('b', 20)]) await after.log.append(message);
    await harness.clock.advance(5000);
    expect(old.ids.filter((id) => id.startsWith('b'))).toEqual([]);
    expect(latest.ids.filter((id) => id.startsWith('b')).toSorted()).toEqual(
      events('b', 20)
        .map(({ messageId }) => messageId)
        .toSorted(),
    );
    expect(new Set([...old.ids, ...latest.ids]).size).toBe(40);
    expect(old.ids.length + latest.ids.length).toBe(40);
  });

  it('that adds a name loses no event of it when a node of before starts again meanwhile', async () => {
    const harness = new MemoryHarness();
    const latest = new Received();
    const after = await harness.connect({ nodeId: 'after' });
    await after.log.subscribe(subscription({ names: ['a', 'b'] }), latest.takeAndAck);
    await after.directory.announce(nodeInfo('after'));
    const old = new Received();
    const before = await harness.connect({ nodeId: 'before' });
    await before.log.subscribe(subscription({ names: ['a'] }), old.takeAndAck);
    await before.directory.announce(nodeInfo('before'));
    await harness.clock.advance(30_000);
    for (const message of [...events('a', 20), ...events('b', 20)]) await after.log.append(message);
    await harness.clock.advance(5000);
    expect(latest.ids.filter((id) => id.startsWith('b'))).toHaveLength(20);
    expect(old.ids.filter((id) => id.startsWith('b'))).toEqual([]);
    expect([...old.ids, ...latest.ids]).toHaveLength(40);
  });

  it('that takes a name away keeps its events for as long as a node may come back that handles it', async () => {
    const harness = new MemoryHarness();
    const before = await harness.connect({ nodeId: 'before' });
    await before.log.subscribe(subscription({ names: ['a', 'b'] }), new Received().takeAndAck);
    await before.directory.announce(nodeInfo('before'));
    await before.close();
    const received = new Received();
    const after = await harness.connect({ nodeId: 'after' });
    await after.log.subscribe(subscription({ names: ['a'] }), received.takeAndAck);
    await after.directory.announce(nodeInfo('after'));
    for (const message of [...events('b', 20), ...events('a', 20)]) await after.log.append(message);
    await harness.clock.advance(60_000);
    expect(received.ids).toHaveLength(20);
    const waiting = async () => (await after.subscriptions?.list())?.[0]?.waiting;
    await expect(waiting()).resolves.toBe(20);
    const again = await harness.connect({ nodeId: 'again' });
    const late = new Received();
    await again.log.subscribe(subscription({ names: ['a', 'b'] }), late.takeAndAck);
    await again.directory.announce(nodeInfo('again'));
    await harness.clock.advance(10_000);
    expect(late.ids.filter((id) => id.startsWith('b'))).toHaveLength(20);
    await again.close();
    for (const message of events('b', 20))
      await after.log.append({ ...message, messageId: `late ${message.messageId}` });
    await harness.clock.advance(KEPT_UNHANDLED_MS / 2);
    await expect(waiting()).resolves.toBe(20);
    await harness.clock.advance(KEPT_UNHANDLED_MS);
    await expect(waiting()).resolves.toBe(0);
    const [mail] = (await after.subscriptions?.list()) ?? [];
    expect(mail?.lanes?.every(({ floor, last }) => floor === last + 1)).toBe(true);
  });

  it('that adds a node moves lanes to it, and what is handled meanwhile is handled once', async () => {
    const harness = new MemoryHarness();
    const one = await harness.connect({ nodeId: 'one' });
    const byOne = new Received();
    await one.log.subscribe(subscription({ names: ['a'] }), byOne.takeAndAck);
    await one.directory.announce(nodeInfo('one'));
    const two = await harness.connect({ nodeId: 'two' });
    const byTwo = new Received();
    const all = events('a', 64);
    for (const message of all.slice(0, 32)) await one.log.append(message);
    await two.log.subscribe(subscription({ names: ['a'] }), byTwo.takeAndAck);
    await two.directory.announce(nodeInfo('two'));
    for (const message of all.slice(32)) {
      await one.log.append(message);
      await harness.clock.advance(10);
    }
    await harness.clock.advance(5000);
    expect(byTwo.ids.length).toBeGreaterThan(0);
    expect([...byOne.ids, ...byTwo.ids].toSorted()).toEqual(all.map(({ messageId }) => messageId).toSorted());
  });

  it('lists what waits for a subscription, wherever its lanes are', async () => {
    const harness = new MemoryHarness();
    const { log, subscriptions } = await harness.connect();
    const received = new Received();
    await log.subscribe(subscription({ names: ['a'] }), received.take);
    for (const message of events('a', 10)) await log.append(message);
    await harness.clock.advance(100);
    for (const delivery of received.deliveries.slice(0, 4)) await delivery.ack();
    await received.deliveries[4]?.nak(60_000);
    await harness.clock.advance(100);
    const [mail] = (await subscriptions?.list()) ?? [];
    expect(mail).toMatchObject({
      id: 'shop.mail',
      waiting: 6,
      lag: { due: 0, delayed: 1, handling: 5, oldestDueMs: harness.clock.now() },
    });
    expect(mail?.lanes).toHaveLength(16);
    expect(mail?.lanes?.filter(({ owner }) => owner === 'node1').length).toBeGreaterThan(0);
    expect(mail?.lanes?.every(({ floor, last }) => floor <= last + 1)).toBe(true);
  });
});

describe('a key with very many events', () => {
  it('is handled in order, and holds up nobody', async () => {
    const harness = new MemoryHarness();
    const { log } = await harness.connect();
    const ofHot: string[] = [];
    const others: string[] = [];
    await log.subscribe(subscription({ names: ['a'], concurrency: 8 }), (delivery) => {
      const { key, messageId } = delivery.message;
      (key === 'hot' ? ofHot : others).push(messageId);
      if (key !== 'hot') void delivery.ack();
      else harness.clock.setTimer(1, () => void delivery.ack());
    });
    for (let index = 0; index < 3000; index++)
      void log.append(storedMessage(`h${index}`, { name: 'a', key: 'hot' }), { isFresh: true });
    for (let index = 0; index < 200; index++)
      await log.append(storedMessage(`o${index}`, { name: 'a', key: `k${index}` }));
    await harness.clock.advance(200);
    expect(others).toHaveLength(200);
    expect(ofHot.length).toBeLessThan(3000);
    await harness.clock.advance(6000);
    expect(ofHot).toEqual(Array.from({ length: 3000 }, (_, index) => `h${index}`));
  });
});
