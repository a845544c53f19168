import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeChange } from '../contracts/node-info.js';
import { busy, node, read } from './discovery.fixture.js';
import { NodeRegistry } from './node-registry.js';
import { NodeWatcher } from './node-watcher.js';

/** Reads so many changes, as `type incarnation`. */
async function readIncarnations(watch: AsyncIterator<NodeChange>, count: number): Promise<string[]> {
  const changes: string[] = [];
  while (changes.length < count) {
    const { value, done } = await watch.next();
    if (done === true) return [...changes, 'end'];
    changes.push(`${value.type} ${value.node.incarnation}`);
  }
  return changes;
}

describe('a watcher of nodes', () => {
  it('still says that a node joined whose joining was not read before it changed', async () => {
    const registry = new NodeRegistry();
    const watch = registry.watch();
    registry.present(node('a'));
    registry.present(busy('a', 1));
    expect(await watch.next()).toMatchObject({ value: { type: 'joined', node: { load: { handled: 1 } } } });
  });

  it('says nothing of a node that came and went unread', async () => {
    const registry = new NodeRegistry();
    const watch = registry.watch();
    registry.present(node('a'));
    registry.left('a');
    registry.close();
    expect(await read(watch, 1)).toEqual(['end']);
  });

  it('names the incarnation that its reader knew, and the present one, however often the node restarted', async () => {
    const registry = new NodeRegistry();
    registry.present(node('a', { incarnation: 1 }));
    const watch = registry.watch();
    await read(watch, 1);
    for (let incarnation = 2; incarnation < 1000; incarnation++) {
      registry.present(node('a', { incarnation }));
      registry.present(busy('a', incarnation, { incarnation }));
    }
    registry.close();
    expect(await readIncarnations(watch, 3)).toEqual(['left 1', 'joined 999', 'end']);
  });

  it('leads its reader, at whatever pace it reads, to what is known in the end', async () => {
    const step = fc.oneof(
      fc.record({ nodeId: fc.constantFrom('a', 'b'), incarnation: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ leaves: fc.constantFrom('a', 'b') }),
      fc.constant('read' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const registry = new NodeRegistry();
        const watch = registry.watch();
        const seen = new Map<string, number>();
        const readOne = async (): Promise<boolean> => {
          const { value, done } = await watch.next();
          if (done === true) return false;
          const { nodeId, incarnation } = value.node;
          if (value.type === 'left') {
            expect(seen.get(nodeId)).toBe(incarnation);
            seen.delete(nodeId);
          } else {
            expect(seen.get(nodeId)).toBe(value.type === 'joined' ? undefined : incarnation);
            seen.set(nodeId, incarnation);
          }
          return true;
        };
        for (const each of steps) {
          if (each === 'read') {
            if (hasUnread(watch)) await readOne();
          } else if ('leaves' in each) registry.left(each.leaves);
          else registry.present(node(each.nodeId, { incarnation: each.incarnation }));
        }
        registry.close();
        while (await readOne());
        const known = registry.nodes.map(({ nodeId, incarnation }) => [nodeId, incarnation] as const);
        expect(seen).toEqual(new Map(known));
      }),
    );
  });

  it('answers reads that were asked for at the same time, each with its own change', async () => {
    const watch = new NodeWatcher(() => {});
    const reads = [watch.next(), watch.next()];
    watch.push({ type: 'joined', node: node('a') });
    watch.push({ type: 'joined', node: node('b') });
    const changes = await Promise.all(reads);
    expect(changes.map(({ value }) => (value as NodeChange).node.nodeId)).toEqual(['a', 'b']);
  });
});

function hasUnread(watch: AsyncIterableIterator<NodeChange>): boolean {
  const unread: unknown = Reflect.get(watch, 'unread');
  return (unread as ReadonlyMap<string, unknown>).size > 0;
}
