import { describe, expect, it } from '@jest/globals';
import type { Envelope } from '../../contracts/envelope.js';
import type { MessageContext } from '../../contracts/message-context.js';
import type { CacheOptions } from '../../contracts/message.js';
import { TestClock } from '../../time/test-clock.js';
import { CachingBehavior } from './caching.behavior.js';

/** A cached handler that counts its runs. */
function cached(options: CacheOptions<object>, clock = new TestClock()) {
  const cache = new CachingBehavior(options, clock);
  const asked: object[] = [];
  let answer: (message: object) => Promise<unknown> = (message) => Promise.resolve({ for: message });
  return {
    clock,
    asked,
    answerWith: (next: typeof answer) => void (answer = next),
    ask: (message: object, signal = new AbortController().signal) =>
      cache.handle({ message } as Envelope, { signal } as MessageContext, () => {
        asked.push(message);
        return answer(message);
      }),
  };
}

describe('caching of queries', () => {
  it('serves a result again until its time is over', async () => {
    const { ask, asked, clock } = cached({ ttlMs: 100 });
    const first = await ask({ id: 1 });
    await clock.advance(99);
    expect(await ask({ id: 1 })).toBe(first);
    expect(asked).toHaveLength(1);
    await clock.advance(2);
    expect(await ask({ id: 1 })).not.toBe(first);
    expect(asked).toHaveLength(2);
  });

  it('tells queries apart by all their fields, whatever their order', async () => {
    const { ask, asked } = cached({ ttlMs: 100 });
    await ask({ a: 1, b: 2 });
    await ask({ b: 2, a: 1 });
    expect(asked).toHaveLength(1);
    await ask({ a: 1, b: 3 });
    await ask({ a: 1 });
    expect(asked).toHaveLength(3);
  });

  it('tells them apart by the key it is given', async () => {
    const { ask, asked } = cached({ ttlMs: 100, key: (query) => (query as { user: string }).user });
    await ask({ user: 'ann', trace: 1 });
    await ask({ user: 'ann', trace: 2 });
    await ask({ user: 'bob', trace: 2 });
    expect(asked).toHaveLength(2);
  });

  it.each<readonly [string, unknown, unknown]>([
    ['sets', new Set([1]), new Set([2])],
    ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
    ['patterns', /a/, /b/],
    ['big integers and numbers', 1n, 1],
    ['numbers that are none and nothing', NaN, null],
    ['signs of nothing', 0, -0],
    ['a date and its text', new Date(0), new Date(0).toISOString()],
    ['what is missing in a list', [undefined], [null]],
    ['bytes', Buffer.from('a'), Buffer.from('b')],
  ])('tells %s apart', async (_what, one, other) => {
    const { ask, asked } = cached({ ttlMs: 100 });
    await ask({ tags: one });
    await ask({ tags: other });
    await ask({ tags: one });
    expect(asked).toHaveLength(2);
  });

  it('is refused for a query whose fields do not tell it from another one', () => {
    const { ask, asked } = cached({ ttlMs: 100 });
    const refused = expect.objectContaining({ code: 'CATGA_SERIALIZATION' });
    expect(() => ask({ filter: () => true })).toThrow(refused);
    expect(() => ask({ seen: new WeakSet() })).toThrow(refused);
    expect(asked).toEqual([]);
  });

  it('is refused for a key that is no text, which queries would share', () => {
    const { ask } = cached({ ttlMs: 100, key: (query) => (query as { user: string }).user });
    expect(() => ask({})).toThrow(expect.objectContaining({ code: 'CATGA_SERIALIZATION' }));
  });

  it('asks once for queries that come at the same time', async () => {
    const { ask, asked } = cached({ ttlMs: 100 });
    const answers = await Promise.all([ask({ id: 1 }), ask({ id: 1 }), ask({ id: 1 })]);
    expect(asked).toHaveLength(1);
    expect(new Set(answers).size).toBe(1);
  });

  it('does not give one caller the cancellation of another', async () => {
    const { ask, asked, answerWith } = cached({ ttlMs: 100 });
    const impatient = new AbortController();
    answerWith(
      () =>
        new Promise((_, reject) =>
          impatient.signal.addEventListener('abort', () => reject(new Error('given up'))),
        ),
    );
    const first = ask({ id: 1 }, impatient.signal);
    const others = Promise.all([ask({ id: 1 }), ask({ id: 1 })]);
    answerWith(() => Promise.resolve('answer'));
    impatient.abort();
    await expect(first).rejects.toThrow('given up');
    await expect(others).resolves.toEqual(['answer', 'answer']);
    expect(asked).toHaveLength(2);
  });

  it('gives a failure to all who share the run', async () => {
    const { ask, asked, answerWith } = cached({ ttlMs: 100 });
    answerWith(() => Promise.reject(new Error('down')));
    const answers = await Promise.allSettled([ask({ id: 1 }), ask({ id: 1 })]);
    expect(answers).toMatchObject([{ reason: { message: 'down' } }, { reason: { message: 'down' } }]);
    expect(asked).toHaveLength(1);
  });

  it('keeps no failure', async () => {
    const { ask, asked, answerWith } = cached({ ttlMs: 100 });
    answerWith(() => Promise.reject(new Error('down')));
    await expect(ask({ id: 1 })).rejects.toThrow('down');
    answerWith(() => Promise.resolve('up'));
    await expect(ask({ id: 1 })).resolves.toBe('up');
    expect(asked).toHaveLength(2);
  });

  it('keeps no more results than it may, the least recently used goes first', async () => {
    const { ask, asked } = cached({ ttlMs: 100, maxEntries: 2 });
    for (const id of [1, 2, 1, 3, 1, 2]) await ask({ id });
    expect(asked).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 2 }]);
  });

  it('is not shared between two applications', async () => {
    const one = cached({ ttlMs: 100 });
    const other = cached({ ttlMs: 100 });
    await one.ask({ id: 1 });
    await other.ask({ id: 1 });
    expect(other.asked).toHaveLength(1);
  });
});
