import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RoundRobinRouting } from './round-robin-routing.js';
import { candidate, candidates, choices, nodeIds, request, tally } from './routing.fixture.js';

describe('round-robin routing', () => {
  it('gives each node as many requests as the others, however many there are', () => {
    fc.assert(
      fc.property(nodeIds, fc.nat(200), (ids, count) => {
        const chosen = choices(new RoundRobinRouting(), candidates(...ids), count);
        const counts = ids.map((id) => tally(chosen).get(id) ?? 0);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('counts for each message name by itself', () => {
    const strategy = new RoundRobinRouting();
    const three = candidates('a', 'b', 'c');
    const other = request({ name: 'orders.cancel' });
    const mixed = Array.from({ length: 6 }, () => [
      strategy.select(request(), three).node.nodeId,
      strategy.select(other, three).node.nodeId,
    ]);
    for (const place of [0, 1]) {
      const chosen = mixed.map((pair) => pair[place] ?? '');
      expect([...tally(chosen).values()]).toEqual([2, 2, 2]);
    }
  });

  it('goes on behind the last one when nodes come', () => {
    const strategy = new RoundRobinRouting();
    const [last] = choices(strategy, candidates('a', 'b', 'c'), 1);
    const behind = { a: 'b', b: 'c', c: 'new' }[last ?? ''];
    expect(choices(strategy, candidates('a', 'b', 'c', 'new'), 1)).toEqual([behind]);
  });

  it('goes on behind the last one when it left, or one before it', () => {
    const strategy = new RoundRobinRouting();
    const all = candidates('a', 'b', 'c', 'd');
    while (strategy.select(request(), all).node.nodeId !== 'b');
    expect(choices(strategy, candidates('a', 'c', 'd'), 1)).toEqual(['c']);
    expect(choices(strategy, candidates('c', 'd'), 2)).toEqual(['d', 'c']);
  });

  it('lets nobody starve while others come and go, each for two requests at least', () => {
    const churn = fc.array(fc.uniqueArray(fc.constantFrom('w', 'x', 'y', 'z')), {
      minLength: 20,
      maxLength: 60,
    });
    fc.assert(
      fc.property(churn, (visitors) => {
        const strategy = new RoundRobinRouting();
        const sorted = visitors.map((ids) => candidates('m', ...[...ids].sort((a, b) => (a < b ? -1 : 1))));
        const chosen = sorted.flatMap((present) => choices(strategy, present, 2));
        for (let from = 0; from + 20 <= chosen.length; from++)
          expect(chosen.slice(from, from + 20)).toContain('m');
      }),
    );
  });

  it('begins with different nodes on different senders', () => {
    const firsts = Array.from({ length: 50 }, (_, index) =>
      new RoundRobinRouting().select(request({ selfNodeId: `gateway-${index}` }), candidates('a', 'b', 'c')),
    );
    expect(new Set(firsts.map(({ node }) => node.nodeId))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('takes a restarted node for the same one', () => {
    const strategy = new RoundRobinRouting();
    const [first] = choices(strategy, candidates('a', 'b'), 1);
    const restarted = ['a', 'b'].map((nodeId) => candidate(nodeId, { incarnation: 2 }));
    expect(choices(strategy, restarted, 1)).toEqual([first === 'a' ? 'b' : 'a']);
  });
});
