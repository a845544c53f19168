// oxlint-disable unicorn/no-array-fill-with-reference-type -- CatgaIds.fill() is no Array.prototype.fill()
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatgaIds } from './catga-ids.js';
import { HandClock, NOON_MS } from './hand-clock.fixture.js';

/** What may happen to a generator: its clock moves, either way, and ids are taken, one by one or many at once. */
type Step =
  | { readonly kind: 'clock'; readonly byMs: number }
  | { readonly kind: 'texts' | 'numbers' | 'batch'; readonly count: number }
  | { readonly kind: 'turn' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('clock' as const), byMs: fc.integer({ min: -50, max: 50 }) }),
  fc.record({ kind: fc.constant('clock' as const), byMs: fc.integer({ min: -5_000_000, max: 5_000_000 }) }),
  fc.record({
    kind: fc.constantFrom('texts' as const, 'numbers' as const, 'batch' as const),
    count: fc.integer({ min: 0, max: 300 }),
  }),
  fc.constant({ kind: 'turn' as const }),
);

async function run(ids: CatgaIds, clock: HandClock, steps: readonly Step[]): Promise<bigint[]> {
  const made: bigint[] = [];
  for (const step of steps) {
    if (step.kind === 'clock') clock.nowMs += step.byMs;
    else if (step.kind === 'turn') await Promise.resolve();
    else if (step.kind === 'batch') made.push(...ids.fill(new BigUint64Array(step.count)));
    else {
      const make = step.kind === 'texts' ? () => CatgaIds.toBigInt(ids.next()) : () => ids.nextBigInt();
      for (let count = 0; count < step.count; count++) made.push(make());
    }
  }
  return made;
}

const ascends = (made: readonly bigint[]) =>
  made.every((id, index) => index === 0 || id > (made[index - 1] ?? id));

describe('ids', () => {
  it('ascend strictly, whatever the clock does and however they are taken', async () => {
    const property = fc.asyncProperty(
      fc.array(anyStep, { maxLength: 40 }),
      fc.integer({ min: 1, max: 14 }),
      async (steps, sequenceBits) => {
        const clock = new HandClock(NOON_MS);
        const ids = new CatgaIds({
          clock,
          workerId: 77,
          layout: { workerBits: 8, sequenceBits },
          maxBorrowMs: 100_000,
        });
        const made = await run(ids, clock, steps);
        expect(ascends(made)).toBe(true);
        expect(made.every((id) => ids.parse(id).workerId === 77)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it('run ahead of a clock that is too slow for them by maxBorrowMs and no further', () => {
    const property = fc.property(
      fc.integer({ min: 20, max: 100 }),
      fc.integer({ min: 0, max: 20 }),
      (readingsPerMs, maxBorrowMs) => {
        let readings = 0;
        const clock = { now: () => NOON_MS + Math.floor(++readings / readingsPerMs) };
        const ids = new CatgaIds({ clock, layout: { sequenceBits: 2 }, maxBorrowMs });
        const aheadMs = Array.from({ length: 500 }, () => {
          const { timestampMs } = ids.parse(ids.next());
          return timestampMs - (NOON_MS + Math.floor(readings / readingsPerMs));
        });
        expect(Math.max(...aheadMs)).toBe(maxBorrowMs);
        expect(Math.min(...aheadMs)).toBe(0);
      },
    );
    fc.assert(property);
  });

  it('of two million texts and three million numbers repeat none', () => {
    const ids = new CatgaIds();
    const batch = new BigUint64Array(10_000);
    let last = '';
    let descents = 0;
    for (let count = 0; count < 2_000_000; count++) {
      const id = ids.next();
      if (id <= last) descents += 1;
      last = id;
    }
    let lastNumber = CatgaIds.toBigInt(last);
    for (let count = 0; count < 3_000_000; count += batch.length) {
      for (const id of ids.fill(batch)) {
        if (id <= lastNumber) descents += 1;
        lastNumber = id;
      }
    }
    expect(descents).toBe(0);
  });

  it('of workers side by side never meet', () => {
    const clock = new HandClock(NOON_MS);
    const workers = Array.from({ length: 256 }, (_, workerId) => new CatgaIds({ workerId, clock }));
    const made = new Set<string>();
    for (let round = 0; round < 100; round++) {
      if (round % 30 === 0) clock.nowMs += round % 60 === 0 ? 1 : -1;
      for (const ids of workers) made.add(ids.next());
    }
    expect(made.size).toBe(256 * 100);
  });
});
