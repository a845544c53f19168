import { describe, expect, it } from '@jest/globals';
import type { NodeChange } from '../contracts/node-info.js';
import { busy, node, read } from './discovery.fixture.js';
import { NodeRegistry } from './node-registry.js';

describe('the registry of nodes', () => {
  it('knows who is there', () => {
    const registry = new NodeRegistry();
    registry.present(node('a'));
    registry.present(node('b'));
    registry.present(busy('a', 5));
    registry.left('b');
    registry.left('never seen');
    expect(registry.nodes).toEqual([busy('a', 5)]);
  });

  it('tells a late watcher of the nodes that are already there, then of changes', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a'));
    const watch = registry.watch();
    expect(await read(watch, 1)).toEqual(['joined a']);
    registry.present(node('b'));
    expect(await read(watch, 1)).toEqual(['joined b']);
    registry.present(busy('a', 1));
    expect(await read(watch, 1)).toEqual(['updated a']);
    registry.present(node('a', { status: 'suspected' }));
    expect(await read(watch, 1)).toEqual(['suspected a']);
    registry.left('a');
    expect(await read(watch, 1)).toEqual(['left a']);
  });

  it('wakes a watcher that waits', async () => {
    const registry = new NodeRegistry();
    const change = registry.watch().next();
    registry.present(node('a'));
    expect(await change).toMatchObject({ value: { type: 'joined' } });
  });

  it('does not take a restarted node for the old one: that has left, and another one joined', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { incarnation: 1 }));
    const watch = registry.watch();
    await read(watch, 1);
    registry.present(node('a', { incarnation: 2 }));
    const changes = [await watch.next(), await watch.next()].map(({ value }) => value as NodeChange);
    expect(changes.map(({ type, node: { incarnation } }) => [type, incarnation])).toEqual([
      ['left', 1],
      ['joined', 2],
    ]);
    expect(registry.nodes).toHaveLength(1);
    expect(registry.get('a')?.incarnation).toBe(2);
  });

  it('does not heed the late words of an earlier incarnation', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { incarnation: 2 }));
    registry.present(node('a', { incarnation: 1 }));
    expect(registry.get('a')?.incarnation).toBe(2);
  });

  it('tells listeners of each change as it happens, until they stop or it closes', () => {
    const registry = new NodeRegistry();
    const told: string[] = [];
    const tellTo = (name: string) => registry.listen(({ type }) => void told.push(`${name}: ${type}`));
    const stop = tellTo('one');
    tellTo('two');
    registry.present(node('a'));
    stop();
    registry.present(node('a', { status: 'suspected' }));
    registry.close();
    registry.left('a');
    expect(told).toEqual(['one: joined', 'two: joined', 'two: suspected']);
  });

  it('gives each watcher its own changes: they do not steal from each other', async () => {
    const registry = new NodeRegistry();
    const watches = [registry.watch(), registry.watch()];
    registry.present(node('a'));
    registry.present(node('b'));
    for (const watch of watches) expect(await read(watch, 2)).toEqual(['joined a', 'joined b']);
  });

  it('keeps at most one change of each node for a watcher that does not read', async () => {
    const registry = new NodeRegistry();
    const watch = registry.watch();
    for (let beat = 0; beat < 10_000; beat++) registry.present(busy(beat % 2 ? 'a' : 'b', beat));
    const changes = [await watch.next(), await watch.next()];
    expect(changes.map(({ value }) => (value as NodeChange).node.load.handled)).toEqual([9998, 9999]);
    registry.close();
    expect(await watch.next()).toMatchObject({ done: true });
  });

  it('ends every watch when it closes, after what was not read yet', async () => {
    const registry = new NodeRegistry();
    const [reading, waiting] = [registry.watch(), registry.watch()];
    const waits = waiting.next();
    registry.present(node('a'));
    await waits;
    const end = waiting.next();
    registry.close();
    expect(await read(reading, 2)).toEqual(['joined a', 'end']);
    expect(await end).toEqual({ done: true, value: undefined });
  });

  it('ends a watch that begins after it closed, after the nodes it knew', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a'));
    registry.close();
    expect(await read(registry.watch(), 2)).toEqual(['joined a', 'end']);
  });

  it('forgets a watcher that stops reading', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a'));
    for await (const change of registry.watch()) {
      expect(change.type).toBe('joined');
      break;
    }
    const watchers: unknown = Reflect.get(registry, 'watchers');
    expect((watchers as ReadonlySet<unknown>).size).toBe(0);
  });
});
