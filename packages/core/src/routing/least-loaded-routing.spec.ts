import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LeastLoadedRouting } from './least-loaded-routing.js';
import { candidate, candidates, choices, request, tally } from './routing.fixture.js';

describe('least-loaded routing', () => {
  it('chooses the node with the least work: in hand, waiting, and sent from here', () => {
    const strategy = new LeastLoadedRouting();
    const choose = (...loads: Parameters<typeof candidate>[1][]): string =>
      strategy.select(
        request(),
        loads.map((load, index) => candidate(`n${index}`, load)),
      ).node.nodeId;
    expect(choose({ inFlight: 2 }, { inFlight: 1 })).toBe('n1');
    expect(choose({ queued: 3 }, { inFlight: 4 })).toBe('n0');
    expect(choose({ inFlight: 1, inFlightHere: 5 }, { inFlight: 5 }, { inFlight: 9 })).toBe('n1');
  });

  it('never chooses one that has more work than another', () => {
    const load = fc.record({ inFlight: fc.nat(5), queued: fc.nat(5), inFlightHere: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(load, { minLength: 1 }), (loads) => {
        const from = loads.map((each, index) => candidate(`n${index}`, each));
        const sums = loads.map((each) => each.inFlight + each.queued + each.inFlightHere);
        const place = from.indexOf(new LeastLoadedRouting().select(request(), from));
        expect(sums[place]).toBe(Math.min(...sums));
      }),
    );
  });

  it('lets nodes that are even take turns, wherever they stand', () => {
    const from = [candidate('a'), candidate('busy', { inFlight: 1 }), candidate('b'), candidate('c')];
    const counts = tally(choices(new LeastLoadedRouting(), from, 300));
    expect(Object.fromEntries(counts)).toEqual({ a: 100, b: 100, c: 100 });
  });

  it('takes a node whose load makes no sense only if there is no other', () => {
    const strange = candidate('strange', { inFlight: Number.NaN });
    const strategy = new LeastLoadedRouting();
    expect(choices(strategy, [strange, candidate('busy', { inFlight: 1000 })], 3)).toEqual([
      'busy',
      'busy',
      'busy',
    ]);
    expect(choices(strategy, [strange], 1)).toEqual(['strange']);
    expect(choices(strategy, candidates('only'), 1)).toEqual(['only']);
  });
});
