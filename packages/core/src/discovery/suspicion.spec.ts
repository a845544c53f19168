import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../ports/clock.js';
import { TestClock } from '../time/test-clock.js';
import { Timetable } from '../time/timetable.js';
import { busy, node, read } from './discovery.fixture.js';
import { NodeRegistry } from './node-registry.js';
import { suspectAfterMs } from './suspicion.js';

function setUp(clock: TestClock = new TestClock(), seenBy: Clock = clock) {
  const timetable = new Timetable(seenBy);
  const registry = new NodeRegistry({
    clock: seenBy,
    timetable,
    suspectAfterMs: suspectAfterMs({ intervalMs: 1000, timeoutMs: 5000 }),
    selfNodeId: 'self',
  });
  const statuses = (): Record<string, string> =>
    Object.fromEntries(registry.nodes.map(({ nodeId, status }) => [nodeId, status]));
  return { clock, timetable, registry, statuses };
}

describe('the suspicion of nodes', () => {
  it('falls on a node that was silent for two heartbeats and a margin, and not before', async () => {
    const { clock, registry } = setUp();
    registry.present(node('a'));
    const watch = registry.watch();
    expect(await read(watch, 1)).toEqual(['joined a']);
    await clock.advance(2499);
    expect(registry.get('a')?.isSuspected).toBe(false);
    await clock.advance(1);
    expect(await watch.next()).toMatchObject({
      value: { type: 'suspected', node: { nodeId: 'a', status: 'suspected' } },
    });
  });

  it('never falls on a node whose heartbeats come, even if every other one is lost', async () => {
    const { clock, registry, statuses } = setUp();
    for (let beat = 0; beat < 20; beat++) {
      registry.present(node('a'));
      if (beat % 2 === 0) registry.present(node('b'));
      await clock.advance(1000);
      expect(statuses()).not.toHaveProperty('a', 'suspected');
      expect(statuses()).not.toHaveProperty('b', 'suspected');
    }
  });

  it('ends with the next heartbeat', async () => {
    const { clock, registry } = setUp();
    registry.present(node('a'));
    await clock.advance(10_000);
    const watch = registry.watch();
    await read(watch, 1);
    registry.present(busy('a', 7));
    expect(await watch.next()).toMatchObject({
      value: { type: 'updated', node: { status: 'alive', load: { handled: 7 } } },
    });
    await clock.advance(2499);
    expect(registry.get('a')?.isSuspected).toBe(false);
    await clock.advance(1);
    expect(registry.get('a')?.isSuspected).toBe(true);
  });

  it('is told once, and ends in leaving when the directory says so', async () => {
    const { clock, registry } = setUp();
    const told: string[] = [];
    registry.listen(({ type }) => void told.push(type));
    registry.present(node('a'));
    await clock.advance(60_000);
    registry.left('a');
    registry.present(node('a'));
    expect(told).toEqual(['joined', 'suspected', 'left', 'joined']);
  });

  it('looks at each node by itself', async () => {
    const { clock, registry, statuses } = setUp();
    registry.present(node('a'));
    await clock.advance(500);
    registry.present(node('b'));
    await clock.advance(500);
    registry.present(node('c'));
    await clock.advance(1500);
    expect(statuses()).toEqual({ a: 'suspected', b: 'alive', c: 'alive' });
    await clock.advance(500);
    expect(statuses()).toEqual({ a: 'suspected', b: 'suspected', c: 'alive' });
    registry.left('c');
    await clock.advance(500);
    expect(statuses()).toEqual({ a: 'suspected', b: 'suspected' });
  });

  it('never falls on the node itself', async () => {
    const { clock, registry, statuses } = setUp();
    registry.present(node('self'));
    expect(clock.armedTimers).toBe(0);
    await clock.advance(60_000);
    expect(statuses()).toEqual({ self: 'alive' });
  });

  it('costs one timer for all nodes, and none when there is nobody to suspect', async () => {
    const { clock, timetable, registry } = setUp();
    for (let index = 0; index < 100; index++) registry.present(node(`n${index}`));
    for (let beat = 0; beat < 10; beat++) registry.present(node('n0'));
    expect([timetable.size, clock.armedTimers]).toEqual([1, 1]);
    for (let index = 0; index < 99; index++) registry.left(`n${index}`);
    expect(clock.armedTimers).toBe(1);
    registry.left('n99');
    await clock.advance(0);
    expect([timetable.size, clock.armedTimers]).toEqual([0, 0]);
    registry.present(node('silent'));
    await clock.advance(60_000);
    expect(clock.armedTimers).toBe(0);
  });

  it('ends when the registry closes', async () => {
    const { clock, registry } = setUp();
    registry.present(node('a'));
    registry.close();
    registry.present(node('b'));
    await clock.advance(0);
    expect(clock.armedTimers).toBe(0);
  });

  it('lets an earlier incarnation take over from a later one that fell silent, as after a step of the clock', async () => {
    const { clock, registry } = setUp();
    registry.present(node('a', { incarnation: 2 }));
    await clock.advance(2500);
    registry.present(node('a', { incarnation: 1 }));
    expect(registry.get('a')).toMatchObject({ incarnation: 1, isSuspected: false });
  });

  it('is not held against the others when this process itself stood still', async () => {
    const clock = new TestClock();
    let stoodStillMs = 0;
    const afterStandstill: Clock = {
      now: () => clock.now() + stoodStillMs,
      monotonicMs: () => clock.monotonicMs() + stoodStillMs,
      setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    };
    const { registry, statuses } = setUp(clock, afterStandstill);
    registry.present(node('a'));
    registry.present(node('b'));
    stoodStillMs = 30_000;
    await clock.advance(2500);
    expect(statuses()).toEqual({ a: 'alive', b: 'alive' });
    registry.present(node('a'));
    await clock.advance(500);
    expect(statuses()).toEqual({ a: 'alive', b: 'suspected' });
    await clock.advance(2000);
    expect(statuses()).toEqual({ a: 'suspected', b: 'suspected' });
  });

  it('comes two and a half intervals after the last heartbeat, but always between a missed one and the timeout', () => {
    expect(suspectAfterMs({ intervalMs: 5000, timeoutMs: 15_000 })).toBe(12_500);
    expect(suspectAfterMs({ intervalMs: 5000, timeoutMs: 60_000 })).toBe(12_500);
    expect(suspectAfterMs({ intervalMs: 5000, timeoutMs: 6000 })).toBe(5750);
  });
});
