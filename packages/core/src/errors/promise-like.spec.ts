// oxlint-disable unicorn/no-thenable -- thenables are what is tested
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { promiseOf, toPromise } from './promise-like.js';

describe('what user code returned', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['text', 'then'],
    ['an object', { a: 1 }],
    ['an object whose `then` is no function', { then: 'later' }],
    ['an object without a prototype', Object.create(null)],
    ['a function', () => 1],
  ])('is no promise if it is %s', async (_, value) => {
    expect(promiseOf(value)).toBeUndefined();
    await expect(toPromise(value)).resolves.toBe(value);
  });

  it('is used as it is if it is a plain promise', () => {
    const plain = Promise.resolve(1);
    expect(promiseOf(plain)).toBe(plain);
  });

  it.each<[string, unknown]>([
    ['a promise of another realm', runInNewContext('Promise.resolve(7)')],
    ['an object with a `then`', { then: (resolve: (value: number) => void) => resolve(7) }],
    [
      'a function with a `then`',
      Object.assign(() => 1, { then: (resolve: (n: number) => void) => resolve(7) }),
    ],
    ['a promise of a class of its own', new (class Own extends Promise<number> {})((resolve) => resolve(7))],
    ['a proxy of a thenable', new Proxy({ then: (resolve: (n: number) => void) => resolve(7) }, {})],
    [
      'a thenable of a thenable',
      { then: (resolve: (value: unknown) => void) => resolve(Promise.resolve(7)) },
    ],
  ])('is awaited if it is %s', async (_, value) => {
    await expect(promiseOf(value)).resolves.toBe(7);
  });

  it('starts its work once, for a query runs whenever `then` is called', async () => {
    let runs = 0;
    await toPromise({ then: (resolve: (value: number) => void) => resolve(++runs) });
    expect(runs).toBe(1);
  });

  it('settles once, even if its `then` calls back at once, twice, or throws as well', async () => {
    const twice = {
      then(resolve: (value: number) => void, reject: (reason: Error) => void) {
        resolve(1);
        resolve(2);
        reject(new Error('late'));
        throw new Error('too');
      },
    };
    let calls = 0;
    await promiseOf(twice)?.then((value) => expect([value, ++calls]).toEqual([1, 1]));
    expect(calls).toBe(1);
    const own = Object.assign(Promise.resolve(3), { then: twice.then });
    await promiseOf(own)?.then((value) => expect([value, ++calls]).toEqual([1, 2]));
    expect(calls).toBe(2);
  });

  it('fails as a `then` that throws, and as a getter of `then` that throws', async () => {
    const error = new Error('no connection');
    const throwing = {
      then() {
        throw error;
      },
    };
    await expect(promiseOf(throwing)).rejects.toBe(error);
    const getter = {
      get then(): never {
        throw error;
      },
    };
    expect(() => promiseOf(getter)).toThrow(error);
  });
});
