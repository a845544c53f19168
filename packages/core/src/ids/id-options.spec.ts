import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '../errors/catga-error.js';
import { CatgaIds } from './catga-ids.js';
import type { CatgaIdsOptions } from './id-options.js';

const configuration = expect.objectContaining({ code: 'CATGA_CONFIGURATION' });

describe('the options of an id generator', () => {
  it('default to worker 0, and to 41, 10 and 12 bits since 2024', () => {
    const ids = new CatgaIds();
    expect(ids.workerId).toBe(0);
    expect(ids.layout).toEqual({
      timestampBits: 41,
      workerBits: 10,
      sequenceBits: 12,
      epochMs: Date.parse('2024-01-01T00:00:00Z'),
    });
  });

  it('take part of a layout and keep the rest', () => {
    const ids = new CatgaIds({ layout: { workerBits: 5 } });
    expect(ids.layout).toMatchObject({ timestampBits: 41, workerBits: 5, sequenceBits: 12 });
  });

  it('are copied, so that changing them later changes nothing', () => {
    const layout = { workerBits: 5 };
    const ids = new CatgaIds({ layout });
    layout.workerBits = 6;
    expect(ids.layout.workerBits).toBe(5);
    expect(Object.isFrozen(ids.layout)).toBe(true);
  });

  it('allow every worker id that fits the layout', () => {
    expect(new CatgaIds({ workerId: 1023 }).workerId).toBe(1023);
    expect(new CatgaIds({ workerId: 255, layout: { workerBits: 8, sequenceBits: 14 } }).workerId).toBe(255);
  });

  it.each<[string, CatgaIdsOptions]>([
    ['a worker id that does not fit the layout', { workerId: 1024 }],
    ['a negative worker id', { workerId: -1 }],
    ['a worker id that is no integer', { workerId: 1.5 }],
    ['a layout of more than 63 bits', { layout: { timestampBits: 42 } }],
    ['a layout without timestamp', { layout: { timestampBits: 0 } }],
    ['a layout without worker', { layout: { workerBits: 0 } }],
    ['a layout without sequence', { layout: { sequenceBits: 0 } }],
    ['a sequence of more than 30 bits', { layout: { timestampBits: 30, workerBits: 2, sequenceBits: 31 } }],
    ['an epoch beyond what a Date can tell', { layout: { epochMs: 8.64e15 } }],
    ['a negative drift', { maxBackwardDriftMs: -1 }],
    ['a borrow that is no number', { maxBorrowMs: Number.NaN }],
    ['a clock that tells no time', { clock: {} as { now(): number } }],
    ['a drift listener that is no function', { onClockDrift: 'log' as unknown as () => void }],
    ['an option nobody knows', { worker: 3 } as CatgaIdsOptions],
  ])('refuse %s', (_, options) => {
    expect(() => new CatgaIds(options)).toThrow(CatgaError);
    expect(() => new CatgaIds(options)).toThrow(configuration);
  });

  it('name every problem at once', () => {
    const wrong = () => new CatgaIds({ workerId: -1, maxBorrowMs: -1, layout: { workerBits: 0 } });
    expect(wrong).toThrow(/workerId.*layout\.workerBits.*maxBorrowMs/);
  });
});
