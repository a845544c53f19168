import { describe, expect, it } from '@jest/globals';
import { CatgaError } from '@catga/core';
import { NEVER, Subject, lastValueFrom, of, toArray } from 'rxjs';
import { untilAborted } from './until-aborted.js';

const LATE = new CatgaError('CATGA_TIMEOUT', 'It was too late.');

describe('values until a signal is aborted', () => {
  it('are all values, if it is not', async () => {
    const { signal } = new AbortController();
    await expect(lastValueFrom(of('a', 'b').pipe(untilAborted(signal), toArray()))).resolves.toEqual([
      'a',
      'b',
    ]);
  });

  it('end with the reason, whatever came before, and nothing listens any more', async () => {
    const controller = new AbortController();
    const values = new Subject<string>();
    const all = lastValueFrom(values.pipe(untilAborted(controller.signal), toArray()));
    values.next('a');
    controller.abort(LATE);
    await expect(all).rejects.toBe(LATE);
    expect(values.observed).toBe(false);
  });

  it('end at once with the reason of a signal that was aborted before', async () => {
    await expect(lastValueFrom(NEVER.pipe(untilAborted(AbortSignal.abort(LATE))))).rejects.toBe(LATE);
  });
});
