import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OldestFirst } from './oldest-first.js';

describe('OldestFirst', () => {
  it('always hands out the oldest of what it holds, whatever comes back in between', () => {
    const steps = fc.array(fc.oneof(fc.constantFrom('new' as const, 'take' as const), fc.nat(20)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (taken) => {
        const line = new OldestFirst<{ sequence: number }>();
        const model: number[] = [];
        const outside: number[] = [];
        let newest = 0;
        for (const step of taken) {
          if (step === 'new') {
            line.add({ sequence: ++newest });
            model.push(newest);
          } else if (step === 'take') {
            const expected = model.sort((one, other) => one - other).shift();
            expect(line.take()?.sequence).toBe(expected);
            if (expected !== undefined) outside.push(expected);
          } else {
            const [back] = outside.splice(step % Math.max(1, outside.length), 1);
            if (back === undefined) continue;
            line.add({ sequence: back });
            model.push(back);
          }
          expect(line.size).toBe(model.length);
        }
      }),
    );
  });

  it('stays in order over many times more items than it ever holds', () => {
    const line = new OldestFirst<{ sequence: number }>();
    let added = 0;
    for (let taken = 1; taken <= 10_000; taken++) {
      while (added < taken + 1500) line.add({ sequence: ++added });
      if (line.take()?.sequence !== taken) throw new Error(`${taken} is out of order`);
    }
    expect(line.size).toBe(1500);
  });
});
