import { describe, expect, it } from '@jest/globals';
import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import { NodeRegistry } from './node-registry.js';

const node = (nodeId: string, facts: Partial<NodeInfo> = {}): NodeInfo => ({
  nodeId,
  service: 'shop',
  endpoint: undefined,
  incarnation: 1,
  handles: [],
  load: { inFlight: 0, queued: 0, handled: 0 },
  protocolVersion: 1,
  metadata: {},
  status: 'alive',
  ...facts,
});
const busy = (nodeId: string, handled: number): NodeInfo =>
  node(nodeId, { load: { inFlight: 0, queued: 0, handled } });

/** Reads so many changes, as `type nodeId`. */
async function read(watch: AsyncIterableIterator<NodeChange>, count: number): Promise<string[]> {
  const changes: string[] = [];
  while (changes.length < count) {
    const next = await watch.next();
    if (next.done === true) return [...changes, 'end'];
    changes.push(`${next.value.type} ${next.value.node.nodeId}`);
  }
  return changes;
}

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

  it('does not take a restarted node for the old one', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { incarnation: 1 }));
    const watch = registry.watch();
    await read(watch, 1);
    registry.present(node('a', { incarnation: 2 }));
    expect(await read(watch, 1)).toEqual(['joined a']);
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

  it('still says that a node joined whose joining was not read before it changed', async () => {
    const registry = new NodeRegistry();
    const watch = registry.watch();
    registry.present(node('a'));
    registry.present(busy('a', 1));
    expect(await watch.next()).toMatchObject({ value: { type: 'joined', node: { load: { handled: 1 } } } });
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
    const { watchers } = registry as unknown as { readonly watchers: ReadonlySet<unknown> };
    expect(watchers.size).toBe(0);
  });

  it('answers reads that were asked for at the same time, each with its own change', async () => {
    const registry = new NodeRegistry();
    const watch = registry.watch();
    const reads = [watch.next(), watch.next()];
    registry.present(node('a'));
    registry.present(node('b'));
    const changes = await Promise.all(reads);
    expect(changes.map(({ value }) => (value as NodeChange).node.nodeId)).toEqual(['a', 'b']);
  });
});
