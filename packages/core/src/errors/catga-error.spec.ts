import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { CatgaError, toError } from './catga-error.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';
import type { CatgaErrorCode } from './error-catalogue.js';
import { cancelledError, shuttingDownError, timeoutError } from './message-errors.js';

describe('CatgaError', () => {
  it.each(Object.keys(ERROR_CATALOGUE) as CatgaErrorCode[])(
    'has the retryable flag and the hint of %s',
    (code) => {
      const error = new CatgaError(code, 'text');
      expect(error).toMatchObject({ name: 'CatgaError', code, message: 'text', details: {} });
      expect(error.retryable).toBe(ERROR_CATALOGUE[code].retryable);
      expect(error.hint).toBe(ERROR_CATALOGUE[code].hint);
      expect(error).toBeInstanceOf(Error);
    },
  );

  it('shows no stack and no cause as JSON', () => {
    const error = new CatgaError('CATGA_TIMEOUT', 'late', {
      cause: new Error('secret'),
      details: { name: 'Buy' },
    });
    expect(error.cause).toMatchObject({ message: 'secret' });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CatgaError',
      code: 'CATGA_TIMEOUT',
      message: 'late',
      retryable: true,
      details: { name: 'Buy' },
    });
  });

  it('keeps its details from being changed', () => {
    const details: Record<string, unknown> = { name: 'Buy' };
    const error = new CatgaError('CATGA_TIMEOUT', 'late', { details });
    details['name'] = 'Sell';
    expect(error.details).toEqual({ name: 'Buy' });
    expect(Object.isFrozen(error.details)).toBe(true);
  });

  it('may override whether its code is retryable', () => {
    expect(new CatgaError('CATGA_TIMEOUT', '', { retryable: false }).retryable).toBe(false);
  });
});

describe('the errors of messages', () => {
  it('say what happened and what is known', () => {
    expect(timeoutError('Buy', 50)).toMatchObject({
      code: 'CATGA_TIMEOUT',
      message: 'Buy timed out after 50 ms.',
      details: { name: 'Buy', timeoutMs: 50 },
    });
    expect(shuttingDownError('Buy', 'n1')).toMatchObject({
      code: 'CATGA_SHUTTING_DOWN',
      retryable: true,
      details: { name: 'Buy', nodeId: 'n1' },
    });
  });

  it('of a cancellation keep the reason of the caller as their cause', () => {
    const reason = new Error('user left');
    expect(cancelledError('Buy', AbortSignal.abort(reason))).toMatchObject({
      code: 'CATGA_CANCELLED',
      cause: reason,
    });
  });

  it('of a cancellation pass on a reason of Catga as it is', () => {
    const reason = timeoutError('Outer', 50);
    expect(cancelledError('Inner', AbortSignal.abort(reason))).toBe(reason);
  });
});

describe('whatever was thrown', () => {
  it('becomes an error that keeps it', () => {
    const error = new TypeError('x');
    expect(toError(error)).toBe(error);
    expect(toError('text')).toMatchObject({ message: 'text', cause: 'text' });
    expect(toError(undefined)).toBeInstanceOf(Error);
    expect(toError(null)).toMatchObject({ message: 'null' });
  });

  it('of another realm is an error too', () => {
    const foreign = runInNewContext('new RangeError("far")') as Error;
    expect(foreign).not.toBeInstanceOf(Error);
    expect(toError(foreign)).toBe(foreign);
  });

  it('becomes one even if it cannot be made text', () => {
    expect(toError(Object.create(null))).toBeInstanceOf(Error);
    expect(toError(Symbol('s'))).toBeInstanceOf(Error);
  });
});
