import { describe, expect, it } from '@jest/globals';
import { LocalFirstRouting } from './local-first-routing.js';
import { candidates, choices, request, tally } from './routing.fixture.js';

describe('local-first routing', () => {
  it('stays on the sender’s own node', () => {
    const chosen = choices(new LocalFirstRouting(), candidates('a', 'gateway', 'b'), 10);
    expect(new Set(chosen)).toEqual(new Set(['gateway']));
  });

  it('goes to the others in turn where the own node does not handle it', () => {
    const chosen = choices(new LocalFirstRouting(), candidates('a', 'b'), 10, request());
    expect([...tally(chosen).values()]).toEqual([5, 5]);
  });
});
