import { describe, expect, it } from '@jest/globals';
import { TestClock } from '@catga/core/engine';
import { Output } from './output.js';
import type { Format } from './output.js';

/** What is written while work tells of itself five times a second, and another five after it. */
async function written(format: Format, isWatched: boolean): Promise<string> {
  let err = '';
  const terminal = {
    version: '0.0.0',
    env: {},
    isInteractive: false,
    hasColors: false,
    isWatched,
    signal: new AbortController().signal,
    out: () => {},
    err: (text: string) => void (err += text),
    ask: () => Promise.resolve(''),
  };
  const clock = new TestClock();
  await new Output(terminal, format).during(async (tell) => {
    for (let done = 1; done <= 10; done++) {
      await clock.advance(200);
      tell(`${done} of 10`);
    }
  }, clock);
  return err;
}

describe('long work', () => {
  it('says how far it has come once a second, on one line, which it clears', async () => {
    await expect(written('table', true)).resolves.toBe('\r\u001B[K5 of 10\r\u001B[K10 of 10\r\u001B[K');
  });

  it.each([
    ['table', false],
    ['json', true],
    ['jsonl', true],
  ] as const)('is silent in %s where that is not read by somebody: watched %s', async (format, isWatched) => {
    await expect(written(format, isWatched)).resolves.toBe('');
  });
});
