import { describe, expect, it } from '@jest/globals';
import type { NodeInfo } from '../contracts/node-info.js';
import type { Clock } from '../ports/clock.js';
import type { NodeDirectoryListener } from '../ports/node-directory.js';
import { node } from '../discovery/discovery.fixture.js';
import { memory } from './memory-engine.js';
import { MemoryHarness } from './memory.fixture.js';

class Watched implements NodeDirectoryListener {
  readonly reports: string[] = [];
  readonly nodes: NodeInfo[] = [];
  present(present: NodeInfo): void {
    this.nodes.push(present);
    this.reports.push(`+${present.nodeId}`);
  }
  left(nodeId: string): void {
    this.reports.push(`-${nodeId}`);
  }
}

describe('the node directory of the memory engine', () => {
  it('keeps no process alive: that a node would lapse is nothing to wait for', async () => {
    const inBackground: (boolean | undefined)[] = [];
    const clock: Clock = {
      now: () => 0,
      monotonicMs: () => 0,
      setTimer: (_delayMs, _callback, isBackground) => {
        inBackground.push(isBackground);
        return () => {};
      },
    };
    const client = { namespace: 'catga', nodeId: 'a', clock, heartbeatTimeoutMs: 15_000 };
    const { directory } = await memory().connect(client);
    await directory.announce(node('a'));
    expect(inBackground).toEqual([true]);
  });

  it('tells a late joiner of the nodes already there before it tells of changes', async () => {
    const harness = new MemoryHarness();
    const { directory } = await harness.connect();
    await directory.announce(node('a'));
    await directory.announce(node('b'));
    const watched = new Watched();
    await directory.watch(watched);
    expect(watched.reports).toEqual(['+a', '+b']);
    await directory.announce(node('c'));
    await harness.settle();
    expect(watched.reports).toEqual(['+a', '+b', '+c']);
  });

  it('tells every watcher of every change, on every connection of the namespace', async () => {
    const harness = new MemoryHarness();
    const one = await harness.connect();
    const two = await harness.connect({ nodeId: 'node2' });
    const watchers = [new Watched(), new Watched()] as const;
    await one.directory.watch(watchers[0]);
    await two.directory.watch(watchers[1]);
    await one.directory.announce(node('a'));
    await two.directory.withdraw(node('a'));
    await harness.settle();
    expect(watchers.map(({ reports }) => reports)).toEqual([
      ['+a', '-a'],
      ['+a', '-a'],
    ]);
  });

  it('brings the load up to date with a refresh', async () => {
    const harness = new MemoryHarness();
    const { directory } = await harness.connect();
    const watched = new Watched();
    await directory.watch(watched);
    await directory.announce(node('a'));
    await directory.refresh(node('a', { load: { inFlight: 3, queued: 1, unanswered: 0, handled: 9 } }));
    await harness.settle();
    expect(watched.nodes.at(-1)?.load).toEqual({ inFlight: 3, queued: 1, unanswered: 0, handled: 9 });
  });

  it('reports a node that is not refreshed within the heartbeat timeout as left, once', async () => {
    const harness = new MemoryHarness();
    const { directory } = await harness.connect({ heartbeatTimeoutMs: 1000 });
    const watched = new Watched();
    await directory.announce(node('a'));
    await directory.watch(watched);
    await harness.clock.advance(999);
    await directory.refresh(node('a'));
    await harness.clock.advance(999);
    expect(watched.reports).not.toContain('-a');
    await harness.clock.advance(1);
    await directory.withdraw(node('a'));
    await harness.clock.advance(60_000);
    expect(watched.reports).toEqual(['+a', '+a', '-a']);
  });

  it('announces a lapsed node again when it is refreshed', async () => {
    const harness = new MemoryHarness();
    const { directory } = await harness.connect({ heartbeatTimeoutMs: 1000 });
    const watched = new Watched();
    await directory.watch(watched);
    await directory.announce(node('a'));
    await harness.clock.advance(1000);
    await directory.refresh(node('a'));
    await harness.settle();
    expect(watched.reports).toEqual(['+a', '-a', '+a']);
  });

  it('says nothing of a node that was never there', async () => {
    const harness = new MemoryHarness();
    const { directory } = await harness.connect();
    const watched = new Watched();
    await directory.watch(watched);
    await directory.withdraw(node('nobody'));
    await harness.settle();
    expect(watched.reports).toEqual([]);
  });

  it('tells a watcher nothing more once it stopped, not even of what has just happened', async () => {
    const harness = new MemoryHarness();
    const { directory } = await harness.connect();
    const watched = new Watched();
    const stop = await directory.watch(watched);
    const announced = directory.announce(node('a'));
    stop();
    await announced;
    await harness.settle();
    expect(watched.reports).toEqual([]);
  });

  it('tells the watchers of a closed connection nothing more', async () => {
    const harness = new MemoryHarness();
    const one = await harness.connect();
    const two = await harness.connect({ nodeId: 'node2' });
    const watched = new Watched();
    await one.directory.watch(watched);
    await one.close();
    await two.directory.announce(node('a'));
    await harness.settle();
    expect(watched.reports).toEqual([]);
  });

  it('keeps the record of a node whose connection closed, until it lapses', async () => {
    const harness = new MemoryHarness();
    const one = await harness.connect({ heartbeatTimeoutMs: 1000 });
    const two = await harness.connect({ nodeId: 'node2' });
    const watched = new Watched();
    await one.directory.announce(node('a'));
    await one.close();
    await two.directory.watch(watched);
    expect(watched.reports).toEqual(['+a']);
    await harness.clock.advance(1000);
    expect(watched.reports).toEqual(['+a', '-a']);
  });

  it('shows nobody a node that lapsed while nobody was connected', async () => {
    const harness = new MemoryHarness();
    const first = await harness.connect({ heartbeatTimeoutMs: 1000 });
    await first.directory.announce(node('a'));
    await first.close();
    await harness.clock.advance(5000);
    const { directory } = await harness.connect();
    const watched = new Watched();
    await directory.watch(watched);
    await harness.settle();
    expect(watched.reports).toEqual([]);
  });
});
