import { describe, expect, it } from '@jest/globals';
import { WriteQueue } from './write-queue.js';

/** A disk whose writes end when a test says so. */
class SlowDisk {
  readonly writes: { readonly operations: readonly string[]; readonly sync: boolean }[] = [];
  readonly queue = new WriteQueue<string>((operations, sync) => {
    this.writes.push({ operations, sync });
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  });
  finish = (): void => {};
  fail: (reason: Error) => void = () => {};

  add(operation: string, sync = true): Promise<void> {
    return this.queue.add({ operations: [operation], sync });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('writes to the disk', () => {
  it('are one at a time, and what is asked for meanwhile is the next one together', async () => {
    const disk = new SlowDisk();
    const first = disk.add('a', false);
    await turn();
    const rest = [disk.add('b', false), disk.add('c'), disk.add('d', false)];
    await turn();
    expect(disk.writes).toEqual([{ operations: ['a'], sync: false }]);
    disk.finish();
    await first;
    await turn();
    expect(disk.writes.slice(1)).toEqual([{ operations: ['b', 'c', 'd'], sync: true }]);
    disk.finish();
    await Promise.all(rest);
  });

  it('that fail are told to those who asked for them, and the next one goes on', async () => {
    const disk = new SlowDisk();
    const outcomes = Promise.allSettled([disk.add('a'), disk.add('b')]);
    await turn();
    const next = disk.add('c');
    disk.fail(new Error('disk full'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    disk.finish();
    await next;
    await disk.queue.idle();
    expect(disk.writes.map(({ operations }) => operations)).toEqual([['a', 'b'], ['c']]);
  });
});
