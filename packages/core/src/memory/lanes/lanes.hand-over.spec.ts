import { describe, expect, it } from '@jest/globals';
import type { LogDelivery } from '../../ports/durable-log.js';
import { MemoryHarness, Received, storedMessage, subscription } from '../memory.fixture.js';
import { nodeInfo } from './lanes.fixture.js';

const TIMEOUT_MS = 1000;

/** A handler that keeps its deliveries open, and records when its lane is lost. */
class Slow extends Received {
  readonly lost: (Error | undefined)[] = [];

  readonly takeSlowly = (delivery: LogDelivery): void => {
    delivery.handledBy = { lost: (reason) => void this.lost.push(reason) };
    this.take(delivery);
  };
}

describe('handlers that run for long while lanes change hands', () => {
  it('finish on their node when it leaves, and nothing is handled twice', async () => {
    const harness = new MemoryHarness();
    const connect = (nodeId: string) => harness.connect({ nodeId, heartbeatTimeoutMs: TIMEOUT_MS });
    const leaving = await connect('leaving');
    const slow = new Slow();
    const consumer = await leaving.log.subscribe(subscription(), slow.takeSlowly);
    await leaving.directory.announce(nodeInfo('leaving'));
    for (let index = 0; index < 8; index++)
      await leaving.log.append(storedMessage(`e${index}`, { key: `k${index}` }));
    await harness.clock.advance(100);
    expect(slow.deliveries).toHaveLength(8);
    const staying = await connect('staying');
    const others = new Received();
    await staying.log.subscribe(subscription(), others.takeAndAck);
    await staying.directory.announce(nodeInfo('staying'));
    await leaving.directory.withdraw(nodeInfo('leaving'));
    await consumer.stop();
    await harness.clock.advance(20 * TIMEOUT_MS);
    expect(others.ids).toEqual([]);
    for (const delivery of slow.deliveries) await delivery.ack();
    await staying.log.append(storedMessage('next', { key: 'k0' }));
    await harness.clock.advance(2 * TIMEOUT_MS);
    expect(others.ids).toEqual(['next']);
    expect(slow.lost).toEqual([]);
  });

  it('go on when a node joins, which gets their lanes once they have ended', async () => {
    const harness = new MemoryHarness();
    const connect = (nodeId: string) => harness.connect({ nodeId, heartbeatTimeoutMs: TIMEOUT_MS });
    const first = await connect('first');
    const slow = new Slow();
    await first.log.subscribe(subscription(), slow.takeSlowly);
    await first.directory.announce(nodeInfo('first'));
    const keys = Array.from({ length: 32 }, (_, index) => `k${index}`);
    for (const key of keys) await first.log.append(storedMessage(`a ${key}`, { key }));
    await harness.clock.advance(100);
    const joining = await connect('joining');
    const others = new Received();
    await joining.log.subscribe(subscription(), others.takeAndAck);
    await joining.directory.announce(nodeInfo('joining'));
    for (let beat = 0; beat < 300; beat++) {
      await first.directory.refresh(nodeInfo('first'));
      await joining.directory.refresh(nodeInfo('joining'));
      await harness.clock.advance(TIMEOUT_MS / 5);
    }
    expect(slow.lost).toEqual([]);
    expect(others.ids).toEqual([]);
    for (const delivery of slow.deliveries) await delivery.ack();
    for (let beat = 0; beat < 60; beat++) {
      await first.directory.refresh(nodeInfo('first'));
      await joining.directory.refresh(nodeInfo('joining'));
      await harness.clock.advance(TIMEOUT_MS / 5);
    }
    for (const key of keys) await first.log.append(storedMessage(`b ${key}`, { key }));
    await harness.clock.advance(100);
    expect(others.ids.length).toBeGreaterThan(0);
    expect([...slow.ids, ...others.ids].toSorted()).toEqual(
      keys.flatMap((key) => [`a ${key}`, `b ${key}`]).toSorted(),
    );
  });
});

describe('a lane that changes hands', () => {
  it('is said to once by each node, and its epoch grows by one', async () => {
    const harness = new MemoryHarness({ lanes: 8 });
    const notes = { one: [] as string[], two: [] as string[] };
    const join = async (nodeId: 'one' | 'two') => {
      const monitor = {
        lost: () => {},
        restored: () => {},
        closed: () => {},
        refused: () => {},
        warn: () => {},
        note: (text: string) => void notes[nodeId].push(text),
      };
      const connection = await harness.connect({ nodeId, heartbeatTimeoutMs: TIMEOUT_MS, monitor });
      await connection.log.subscribe(subscription(), new Received().takeAndAck);
      await connection.directory.announce(nodeInfo(nodeId));
      return connection;
    };
    const one = await join('one');
    const store = async (round: number): Promise<void> => {
      for (let index = 0; index < 64; index++)
        await one.log.append(storedMessage(`${round}.${index}`, { key: `k${index}` }));
      await harness.clock.advance(100);
    };
    await store(1);
    const two = await join('two');
    for (let beat = 0; beat < 20; beat++) {
      await one.directory.refresh(nodeInfo('one'));
      await two.directory.refresh(nodeInfo('two'));
      await harness.clock.advance(TIMEOUT_MS / 5);
    }
    await store(2);
    const [mail] = (await one.subscriptions?.list()) ?? [];
    const moved = mail?.lanes?.filter(({ owner }) => owner === 'two').map(({ lane }) => lane) ?? [];
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.length).toBeLessThan(8);
    expect(mail?.lanes?.map(({ lane, epoch }) => epoch - (moved.includes(lane) ? 1 : 0))).toEqual(
      Array.from({ length: 8 }, () => 1),
    );
    const said = (lanes: readonly number[], what: string) =>
      lanes.map((lane) => `Lane ${lane} of 'shop.mail' ${what}`);
    const all = Array.from({ length: 8 }, (_, lane) => lane);
    expect(notes.one.toSorted()).toEqual(
      [...said(all, 'belongs to this node (epoch 1).'), ...said(moved, 'was given back.')].toSorted(),
    );
    expect(notes.two.toSorted()).toEqual(said(moved, 'belongs to this node (epoch 2).'));
  });
});
