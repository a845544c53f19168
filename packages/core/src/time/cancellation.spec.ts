import { describe, expect, it, jest } from '@jest/globals';
import { timeoutError } from '../errors/message-errors.js';
import { Cancellation } from './cancellation.js';

describe('a cancellation', () => {
  const reason = timeoutError('Buy', 5);

  it('makes its signal when it is asked for, once, and says so', () => {
    const onSignal = jest.fn();
    const cancellation = new Cancellation(onSignal);
    expect(cancellation.hasSignal).toBe(false);
    const { signal } = cancellation;
    expect(cancellation.signal).toBe(signal);
    expect(cancellation.hasSignal).toBe(true);
    expect(signal.aborted).toBe(false);
    expect(onSignal).toHaveBeenCalledTimes(1);
  });

  it('aborts its signal with the reason', () => {
    const cancellation = new Cancellation(() => {});
    const { signal } = cancellation;
    cancellation.cancel(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(cancellation.isCancelled).toBe(true);
    expect(() => cancellation.throwIfCancelled()).toThrow(reason);
  });

  it('gives who asks too late an aborted signal, which nobody has to abort any more', () => {
    const onSignal = jest.fn();
    const cancellation = new Cancellation(onSignal);
    cancellation.cancel(reason);
    expect(cancellation.signal.reason).toBe(reason);
    expect(onSignal).not.toHaveBeenCalled();
  });

  it('keeps its first reason', () => {
    const cancellation = new Cancellation(() => {});
    const listener = jest.fn();
    cancellation.holdUp(listener);
    cancellation.cancel(reason);
    cancellation.cancel(timeoutError('Buy', 6));
    expect(cancellation.signal.reason).toBe(reason);
    expect(listener.mock.calls).toEqual([[reason]]);
  });

  it('tells whoever holds the message up, and nobody who does no more', () => {
    const first = jest.fn();
    const cancellation = new Cancellation(() => {});
    cancellation.holdUp(first);
    cancellation.holdUp(undefined);
    cancellation.cancel(reason);
    expect(first).not.toHaveBeenCalled();
  });

  it('throws nothing while nobody gave up', () => {
    expect(() => new Cancellation(() => {}).throwIfCancelled()).not.toThrow();
  });

  it('of a run that another node took over reaches the handler, and nobody who waits', () => {
    const listener = jest.fn();
    const cancellation = new Cancellation(() => {});
    cancellation.holdUp(listener);
    const { signal } = cancellation;
    cancellation.overrule(reason);
    expect(signal.reason).toBe(reason);
    expect(cancellation.isCancelled).toBe(false);
    expect(listener).not.toHaveBeenCalled();
    const late = new Cancellation(() => {});
    late.overrule(reason);
    expect(late.signal.reason).toBe(reason);
  });
});
