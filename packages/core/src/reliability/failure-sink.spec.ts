import { describe, expect, it, jest } from '@jest/globals';
import type { FailureReport } from '../contracts/error-report.js';
import { TestClock } from '../time/test-clock.js';
import { CatgaErrorSink } from './failure-sink.js';

describe('the error sink', () => {
  const logger = (): Record<'debug' | 'log' | 'warn' | 'error', jest.Mock> => ({
    debug: jest.fn(),
    log: jest.fn(),
    warn: jest.fn(),
    error: jest.fn(),
  });
  const report = (facts: Partial<FailureReport> = {}): FailureReport => ({
    error: Object.assign(new Error('no stock'), { code: 'STOCK' }),
    source: 'shop.Reserve',
    envelope: undefined,
    attempt: 1,
    disposition: 'dropped',
    ...facts,
  });

  it('counts failures by their source', () => {
    const sink = new CatgaErrorSink(logger());
    sink.report(report());
    sink.report(report());
    sink.report(report({ source: 'engine' }));
    expect([...sink.failures]).toEqual([
      ['shop.Reserve', 2],
      ['engine', 1],
    ]);
  });

  it('tells every listener until it stops listening, and with logging switched off too', () => {
    const silent = new CatgaErrorSink({ debug() {}, log() {}, warn() {}, error() {} });
    const one = jest.fn();
    const other = jest.fn();
    const stop = silent.subscribe(one);
    silent.subscribe(other);
    const first = report();
    silent.report(first);
    stop();
    silent.report(report());
    expect(one.mock.calls).toEqual([[first]]);
    expect(other).toHaveBeenCalledTimes(2);
  });

  it('is not hurt by a listener that throws, nor are the others', () => {
    const log = logger();
    const sink = new CatgaErrorSink(log);
    const other = jest.fn();
    sink.subscribe(() => {
      throw new Error('broken listener');
    });
    sink.subscribe(other);
    expect(() => sink.report(report())).not.toThrow();
    expect(other).toHaveBeenCalledTimes(1);
    expect(log.error).toHaveBeenCalledWith(expect.stringContaining('broken listener'));
  });

  it('logs what will be tried again as a warning, and what is lost as an error with its stack', () => {
    const log = logger();
    const sink = new CatgaErrorSink(log);
    sink.report(report({ disposition: 'retried', attempt: 2 }));
    expect(log.warn.mock.calls).toEqual([['shop.Reserve failed (attempt 2, retried): STOCK no stock']]);
    const lost = report({ attempt: 0, disposition: 'none' });
    sink.report(lost);
    expect(log.error.mock.calls).toEqual([['shop.Reserve failed: STOCK no stock', lost.error.stack]]);
  });

  it('counts every failure of a flood, and says one of each kind every ten seconds', async () => {
    const clock = new TestClock();
    const log = logger();
    const listener = jest.fn();
    const sink = new CatgaErrorSink(log, clock);
    sink.subscribe(listener);
    const flood = (count: number, code = 'JUNK'): void => {
      for (let times = 0; times < count; times++)
        sink.reportFlood(report({ source: 'links', error: Object.assign(new Error('junk'), { code }) }));
    };
    flood(1000);
    flood(3, 'OTHER');
    expect(log.error).toHaveBeenCalledTimes(2);
    await clock.advance(10_000);
    flood(500);
    expect(sink.failures.get('links')).toBe(1503);
    expect(log.error).toHaveBeenCalledTimes(3);
    expect(listener).toHaveBeenCalledTimes(3);
    expect(log.error.mock.lastCall?.[0]).toContain('(and 999 more before it)');
  });

  it('tells a thousand kinds of a flood apart at most, and logs one of all the others', async () => {
    const clock = new TestClock();
    const log = logger();
    const sink = new CatgaErrorSink(log, clock);
    const flood = (from: number, to: number): void => {
      for (let at = from; at < to; at++)
        sink.reportFlood(
          report({ source: 'links', error: Object.assign(new Error('junk'), { code: `C${at}` }) }),
        );
    };
    flood(0, 5000);
    expect(log.error).toHaveBeenCalledTimes(1001);
    await clock.advance(10_000);
    flood(5000, 5500); // Those of before are over, and make room.
    flood(0, 500);
    flood(1500, 2000);
    expect(log.error).toHaveBeenCalledTimes(2001);
    expect(log.error.mock.lastCall?.[0]).toContain('(and 3999 more before it)');
    expect(sink.failures.get('links')).toBe(6500);
  });
});
