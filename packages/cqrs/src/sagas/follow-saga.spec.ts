import { describe, expect, it } from '@jest/globals';
import { Subject, map, throwError } from 'rxjs';
import { followSaga } from './follow-saga.js';

/** What a saga led to. */
function host(): { readonly executed: object[]; readonly errors: unknown[] } & Parameters<
  typeof followSaga
>[2] {
  const executed: object[] = [];
  const errors: unknown[] = [];
  return {
    executed,
    errors,
    execute: async (command) => executed.push(command),
    sagaFailed: (error) => errors.push(error),
    commandFailed: () => {},
  };
}

describe('a saga', () => {
  it('that fails on an event is told, and goes on with the next', () => {
    const events$ = new Subject<number>();
    const told = host();
    const saga = followSaga(
      (events) =>
        events.pipe(
          map((event) => {
            if (event === 2) throw new Error('two');
            return { event };
          }),
        ),
      events$,
      told,
    );
    for (const event of [1, 2, 3, 2, 4]) events$.next(event);
    expect(told.executed).toEqual([{ event: 1 }, { event: 3 }, { event: 4 }]);
    expect(told.errors).toEqual([new Error('two'), new Error('two')]);
    saga.unsubscribe();
    events$.next(5);
    expect(told.executed).toHaveLength(3);
    expect(events$.observed).toBe(false);
  });

  it('that fails as soon as it is subscribed is told, and ends', () => {
    const told = host();
    followSaga(() => throwError(() => new Error('at once')), new Subject<object>(), told);
    expect(told.errors).toEqual([new Error('at once')]);
  });
});
