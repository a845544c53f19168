import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConsistentHashRouting } from './consistent-hash-routing.js';
import type { RoutingCandidate } from './routing-strategy.js';
import { candidate, candidates, choices, nodeIds, request, tally } from './routing.fixture.js';

const keys = Array.from({ length: 10_000 }, (_, index) => `customer-${index}`);

/** The node of each key. */
function owners(from: readonly RoutingCandidate[], of: readonly string[] = keys): readonly string[] {
  const strategy = new ConsistentHashRouting();
  return of.map((key) => strategy.select(request({ key }), from).node.nodeId);
}

const named = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `orders-${index}`);

describe('consistent-hash routing', () => {
  it('sends a key to one node from every sender, in whatever order it knows the nodes, and across restarts', () => {
    fc.assert(
      fc.property(nodeIds, fc.string(), fc.infiniteStream(fc.nat()), (ids, key, order) => {
        const shuffled = ids
          .map((id) => ({ id, place: order.next().value as number }))
          .sort((one, other) => one.place - other.place)
          .map(({ id }) => candidate(id, { incarnation: 2 }));
        expect(owners(shuffled, [key])).toEqual(owners(candidates(...ids), [key]));
      }),
    );
  });

  it('moves only the keys of a node that leaves', () => {
    fc.assert(
      fc.property(nodeIds, fc.nat(), fc.array(fc.string()), (ids, which, some) => {
        fc.pre(ids.length > 1);
        const gone = ids[which % ids.length] ?? '';
        const before = owners(candidates(...ids), some);
        const after = owners(candidates(...ids.filter((id) => id !== gone)), some);
        before.forEach((owner, place) => {
          if (owner !== gone) expect(after[place]).toBe(owner);
        });
      }),
    );
  });

  it('gives a node that comes nothing but keys of its own', () => {
    fc.assert(
      fc.property(nodeIds, fc.array(fc.string()), (ids, some) => {
        const [comes = '', ...present] = ids;
        fc.pre(present.length > 0);
        const before = owners(candidates(...present), some);
        const after = owners(candidates(...ids), some);
        after.forEach((owner, place) => {
          if (owner !== comes) expect(owner).toBe(before[place]);
        });
      }),
    );
  });

  it('gives every node its share of the keys, and the share of one that leaves evenly to the others', () => {
    for (const count of [2, 3, 8, 20]) {
      const ids = named(count);
      const before = owners(candidates(...ids));
      expectEven(before, ids);
      const rest = ids.slice(1);
      const after = owners(candidates(...rest));
      const moved = after.filter((_, place) => before[place] === ids[0]);
      if (count <= 8) expectEven(moved, rest);
    }
  });

  it('spreads keys and nodes that differ by little', () => {
    for (const of of [
      keys.map((_, index) => String(index)),
      keys.map((_, index) => `${'x'.repeat(100)}${index.toString(36)}`),
      keys.map((_, index) => String.fromCodePoint(0x4e00 + index)),
    ]) {
      expectEven(owners(candidates('a', 'b', 'c', 'd'), of), ['a', 'b', 'c', 'd']);
    }
  });

  it('goes round-robin without a key, but not with an empty one', () => {
    const strategy = new ConsistentHashRouting();
    expect([...tally(choices(strategy, candidates('a', 'b'), 10)).values()]).toEqual([5, 5]);
    expect(new Set(choices(strategy, candidates('a', 'b'), 10, request({ key: '' }))).size).toBe(1);
  });

  it('remembers no more nodes than it must', () => {
    const strategy = new ConsistentHashRouting();
    const first = strategy.select(request({ key: 'k' }), candidates('a', 'b', 'c')).node.nodeId;
    for (let index = 0; index < 5000; index++) {
      strategy.select(request({ key: 'k' }), candidates(`passing-${index}`));
    }
    expect(strategy.select(request({ key: 'k' }), candidates('a', 'b', 'c')).node.nodeId).toBe(first);
    const remembered: unknown = Reflect.get(strategy, 'hashOfNode');
    expect((remembered as ReadonlyMap<string, number>).size).toBeLessThanOrEqual(1024);
  });
});

/** Within five standard deviations of a fair throw. */
function expectEven(chosen: readonly string[], ids: readonly string[]): void {
  const counts = tally(chosen);
  const share = chosen.length / ids.length;
  const tolerance = 5 * Math.sqrt(share * (1 - 1 / ids.length));
  for (const id of ids) expect(Math.abs((counts.get(id) ?? 0) - share)).toBeLessThanOrEqual(tolerance);
}
