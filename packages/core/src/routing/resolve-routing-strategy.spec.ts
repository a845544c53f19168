import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ROUTING_STRATEGY_NAMES, resolveRoutingStrategy } from './resolve-routing-strategy.js';
import type { RoutingStrategy } from './routing-strategy.js';
import { candidate, candidates, choices, request } from './routing.fixture.js';

describe('routing strategies', () => {
  it('are made by name, and choose one of the candidates whatever these are', () => {
    expect(ROUTING_STRATEGY_NAMES).toEqual([
      'local-first',
      'round-robin',
      'least-loaded',
      'random',
      'consistent-hash',
    ]);
    const pool = fc.constantFrom('gateway', 'a', 'b', 'c', 'd');
    const step = fc.record({
      ids: fc.uniqueArray(pool, { minLength: 1 }),
      key: fc.option(fc.string(), { nil: undefined }),
      inFlight: fc.oneof(fc.nat(), fc.constant(Number.NaN), fc.constant(Infinity), fc.constant(-1)),
    });
    for (const name of ROUTING_STRATEGY_NAMES) {
      fc.assert(
        fc.property(fc.array(step), (steps) => {
          const strategy = resolveRoutingStrategy(name);
          for (const { ids, key, inFlight } of steps) {
            const from = ids.map((id) => candidate(id, { inFlight }));
            expect(from).toContain(strategy.select(request({ key }), from));
          }
        }),
      );
    }
  });

  it('share nothing between two applications', () => {
    const three = candidates('a', 'b', 'c');
    const first = choices(resolveRoutingStrategy('round-robin'), three, 2);
    expect(choices(resolveRoutingStrategy('round-robin'), three, 2)).toEqual(first);
  });

  it('draw from what they are given', () => {
    expect(
      choices(
        resolveRoutingStrategy('random', () => 0.5),
        candidates('a', 'b', 'c'),
        1,
      ),
    ).toEqual(['b']);
  });

  it('may be the user’s own', () => {
    const own: RoutingStrategy = { select: (_request, from) => from[0] ?? candidate('none') };
    expect(resolveRoutingStrategy(own)).toBe(own);
  });

  it('are refused by a name that nobody knows', () => {
    for (const wrong of ['nearest', 'toString', null, undefined, {}]) {
      expect(() => resolveRoutingStrategy(wrong as 'random')).toThrow(
        expect.objectContaining({ code: 'CATGA_CONFIGURATION' }),
      );
    }
  });
});
