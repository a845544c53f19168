import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@catga/core/engine';
import { EndedSagas } from './ended-sagas.js';

const KEEP_MS = 60_000;

/** Records of which each page is what the test says. */
function sweeping(page: (nowMs: number) => Promise<{ next: string | undefined; oldestMs: number }>) {
  const clock = { nowMs: 1_000_000, looks: 0 };
  const ended = new EndedSagas(
    { name: 'shop.fulfilment', keepMs: KEEP_MS },
    {
      clock: { ...systemClock, now: () => clock.nowMs },
      report: (_source, thrown) => {
        throw thrown;
      },
    },
    {
      removeEnded: () => {
        clock.looks += 1;
        return page(clock.nowMs);
      },
    },
  );
  const end = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      ended.add();
      await new Promise(setImmediate);
    }
  };
  return { clock, end };
}

describe('looking for sagas that may be forgotten', () => {
  it('goes on page by page, and rests after the last one until the oldest of them may go', async () => {
    let pages = 3;
    const { clock, end } = sweeping(async (nowMs) => {
      pages -= 1;
      return { next: pages > 0 ? 'more' : undefined, oldestMs: nowMs - 10_000 };
    });
    await end(100);
    expect(clock.looks).toBe(3);
    clock.nowMs += KEEP_MS - 10_000;
    await end(8);
    expect(clock.looks).toBe(4);
  });

  it('ends with a page of what was written since it began, where others follow for ever', async () => {
    let isOld = true;
    const { clock, end } = sweeping(async (nowMs) => {
      const oldestMs = isOld ? nowMs - 10_000 : nowMs;
      isOld = false;
      return { next: 'more', oldestMs };
    });
    await end(100);
    expect(clock.looks).toBe(2);
  });

  it('goes on after a page of which none stays', async () => {
    const { clock, end } = sweeping(async () => ({ next: 'more', oldestMs: Infinity }));
    await end(80);
    expect(clock.looks).toBe(10);
  });

  it('reads one page at a time', async () => {
    const { clock, end } = sweeping(() => new Promise(() => {}));
    await end(100);
    expect(clock.looks).toBe(1);
  });
});
