import { MemoryRecordStore, TestClock } from '@catga/core/engine';
import { describe, expect, it } from '@jest/globals';
import { RecordProjections } from './record-projections.js';

/** Two nodes with one store of records. */
function twoNodes(): { clock: TestClock; one: RecordProjections; other: RecordProjections } {
  const clock = new TestClock();
  const place = { records: new MemoryRecordStore() };
  return { clock, one: new RecordProjections(place, clock), other: new RecordProjections(place, clock) };
}

const key = { name: 'p', build: 1 };
const never = new Promise<void>(() => {});

describe('A projection in records', () => {
  it('is left to the node that takes a batch, and taken over when that has said nothing for long', async () => {
    const { clock, one, other } = twoNodes();
    await one.begin('p', 1);
    let end = (): void => {};
    const slow = one.advance(key, undefined, '1', () => new Promise((resolve) => (end = resolve)));
    await clock.advance(0);
    const works: string[] = [];
    const work = async (): Promise<void> => void works.push('other');
    await expect(other.advance(key, undefined, '1', work)).resolves.toBe(false);
    await clock.advance(14_000);
    await expect(other.advance(key, undefined, '1', work)).resolves.toBe(false);
    await clock.advance(1000);
    await expect(other.advance(key, undefined, '1', work)).resolves.toBe(true);
    end();
    await expect(slow).resolves.toBe(false);
    expect(works).toEqual(['other']);
    await expect(one.list()).resolves.toMatchObject([{ checkpoint: '1', status: 'running' }]);
  });

  it('keeps what an operator said while a batch was taken', async () => {
    const { one, other } = twoNodes();
    await one.begin('p', 1);
    const work = async (): Promise<void> => {
      await other.setStatus(key, { status: 'paused' }, { status: 'running' });
    };
    await expect(one.advance(key, undefined, '1', work)).resolves.toBe(true);
    await expect(other.list()).resolves.toMatchObject([{ checkpoint: '1', status: 'paused' }]);
  });

  it('does not move its live build while another one takes its place', async () => {
    const { one, other } = twoNodes();
    await one.begin('p', 1);
    await one.goLive(key, undefined, async () => '1');
    const { build } = await one.rebuild('p', 1);
    void other.goLive({ name: 'p', build }, undefined, async () => {
      await never;
      return '2';
    });
    await new Promise((resolve) => setImmediate(resolve));
    await expect(one.advance(key, '1', '2', async () => {})).resolves.toBe(false);
  });

  it('gives up, and can be tried again, where others write its record every time', async () => {
    const records = new MemoryRecordStore();
    let isContended = true;
    const write: MemoryRecordStore['write'] = (...given) =>
      isContended ? Promise.resolve(undefined) : records.write(...given);
    const contended = Object.assign(Object.create(records) as MemoryRecordStore, { write });
    const projections = new RecordProjections({ records: contended }, new TestClock());
    await expect(projections.begin('p', 1)).rejects.toMatchObject({ code: 'CATGA_CONFLICT' });
    isContended = false;
    await expect(projections.begin('p', 1)).resolves.toHaveLength(1);
  });

  it('may be taken again at once after a batch that failed', async () => {
    const { one, other } = twoNodes();
    await one.begin('p', 1);
    const failing = one.advance(key, undefined, '1', () => Promise.reject(new Error('failed')));
    await expect(failing).rejects.toThrow('failed');
    await expect(other.advance(key, undefined, '1', async () => {})).resolves.toBe(true);
  });
});
