import { describe, expect, it } from '@jest/globals';
import type { CatgaResult } from '../contracts/result.js';
import { streamResults } from './stream-results.js';

type Results = AsyncGenerator<CatgaResult<number>, void, undefined>;

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Sends that a test finishes one by one. */
function sending() {
  const finish = new Map<number, (result?: CatgaResult<number>) => void>();
  const sent: number[] = [];
  return {
    sent,
    send(id: number): Promise<CatgaResult<number>> {
      sent.push(id);
      return new Promise((resolve) => {
        finish.set(id, (result = { ok: true, value: id }) => resolve(result));
      });
    },
    finish: (...ids: number[]) => ids.forEach((id) => finish.get(id)?.()),
    fail: (id: number) => finish.get(id)?.({ ok: false, error: new Error(`no ${id}`) }),
  };
}

/** A source that counts what was pulled and says whether it was closed. */
function counting(end = Infinity) {
  const source = { pulled: 0, isClosed: false, iterable: generate() };
  function* generate(): Generator<number> {
    try {
      while (source.pulled < end) yield source.pulled++;
    } finally {
      source.isClosed = true;
    }
  }
  return source;
}

const valueOf = (result: IteratorResult<CatgaResult<number>, void>): unknown =>
  result.done === true ? 'end' : result.value.ok ? result.value.value : result.value.error.message;

async function all(results: Results): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of results) values.push(valueOf({ done: false, value }));
  return values;
}

describe('a stream of results', () => {
  const answer = (id: number): Promise<CatgaResult<number>> => Promise.resolve({ ok: true, value: id });

  it('has a result for each request, in their order, from any source', async () => {
    async function* slowly(): AsyncGenerator<number> {
      for (const id of [1, 2, 3]) {
        await turn();
        yield id;
      }
    }
    for (const source of [[1, 2, 3], new Set([1, 2, 3]), slowly()]) {
      await expect(all(streamResults(source, answer, { concurrency: 2 }))).resolves.toEqual([1, 2, 3]);
    }
    await expect(all(streamResults([], answer, {}))).resolves.toEqual([]);
  });

  it('never pulls the source beyond the unfinished and the unread', async () => {
    const source = counting();
    const { send, finish, sent } = sending();
    const results = streamResults(source.iterable, send, { concurrency: 3 });
    const first = results.next();
    await turn();
    expect(source.pulled).toBe(3);
    finish(0, 1, 2);
    expect(valueOf(await first)).toBe(0);
    await turn();
    expect(source.pulled).toBe(3); // 1 and 2 are unread
    expect(valueOf(await results.next())).toBe(1);
    await turn();
    expect(source.pulled).toBeLessThanOrEqual(5);
    expect(sent.length).toBe(source.pulled);
    finish(3, 4);
    await results.return();
  });

  it('does not pull before it is read', async () => {
    const source = counting();
    streamResults(source.iterable, answer, {});
    await turn();
    expect(source.pulled).toBe(0);
  });

  it('pulls 16 at a time unless told otherwise', async () => {
    const source = counting();
    const { send, finish } = sending();
    const results = streamResults(source.iterable, send, {});
    const first = results.next();
    await turn();
    expect(source.pulled).toBe(16);
    finish(0);
    await first;
    await results.return();
  });

  it('is not kept waiting by a slow source once a result is there', async () => {
    async function* stuck(): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => {});
    }
    const results = streamResults(stuck(), answer, { concurrency: 4 });
    expect(valueOf(await results.next())).toBe(1);
  });

  it('gives results as they finish, if order does not matter', async () => {
    const { send, finish } = sending();
    const results = streamResults([0, 1, 2], send, { concurrency: 3, ordered: false });
    const first = results.next();
    await turn();
    finish(2);
    expect(valueOf(await first)).toBe(2);
    finish(0);
    expect(valueOf(await results.next())).toBe(0);
    finish(1);
    expect(valueOf(await results.next())).toBe(1);
    expect(valueOf(await results.next())).toBe('end');
  });

  it('waits for an earlier result, if order matters', async () => {
    const { send, finish } = sending();
    const results = streamResults([0, 1], send, { concurrency: 2 });
    const first = results.next();
    let isThere = false;
    void first.then(() => (isThere = true));
    await turn();
    finish(1);
    await turn();
    expect(isThere).toBe(false);
    finish(0);
    expect([valueOf(await first), valueOf(await results.next())]).toEqual([0, 1]);
  });

  it('goes on after a request that failed', async () => {
    const { send, finish, fail } = sending();
    const results = all(streamResults([0, 1, 2], send, {}));
    await turn();
    fail(1);
    finish(0, 2);
    await expect(results).resolves.toEqual([0, 'no 1', 2]);
  });

  it('ends with the error of its source, after the results of what that had given', async () => {
    function* failing(): Generator<number> {
      yield 1;
      yield 2;
      throw new Error('source broke');
    }
    for (const ordered of [true, false]) {
      const seen: unknown[] = [];
      const read = (async () => {
        for await (const result of streamResults(failing(), answer, { ordered })) {
          seen.push(valueOf({ done: false, value: result }));
        }
      })();
      await expect(read).rejects.toThrow('source broke');
      expect(seen).toEqual([1, 2]);
    }
  });

  it('closes its source when the reader stops early', async () => {
    const source = counting();
    for await (const result of streamResults(source.iterable, answer, { concurrency: 2 })) {
      expect(result).toEqual({ ok: true, value: 0 });
      break;
    }
    expect(source.isClosed).toBe(true);
    expect(source.pulled).toBeLessThanOrEqual(4);
  });

  it('sends nothing more once the reader has stopped', async () => {
    let give = (_id: number): void => {};
    let isClosed = false;
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise((resolve) => (give = (value) => resolve({ done: false, value }))),
        return: () => {
          isClosed = true;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const { send, sent, finish } = sending();
    const results = streamResults(source, send, { concurrency: 2 });
    const first = results.next();
    await turn();
    give(1);
    await turn();
    finish(1);
    await first;
    await results.return();
    expect(isClosed).toBe(true);
    give(2); // was asked for before the reader stopped
    await turn();
    expect(sent).toEqual([1]);
  });

  it('does not close a source that has ended', async () => {
    let returns = 0;
    const source: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: true, value: undefined }),
        return: () => {
          returns++;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(all(streamResults(source, answer, {}))).resolves.toEqual([]);
    expect(returns).toBe(0);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses a concurrency of %d', async (concurrency) => {
    await expect(streamResults([1], answer, { concurrency }).next()).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
    });
  });
});
