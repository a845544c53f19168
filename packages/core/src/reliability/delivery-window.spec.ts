import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryWindow } from './delivery-window.js';

describe('the window of a consumer', () => {
  let window: DeliveryWindow;
  const settle = (count: number): void => {
    for (let settled = 0; settled < count; settled++) window.count();
  };

  beforeEach(() => {
    window = new DeliveryWindow(16);
    window.size(1000);
  });

  it('is what the handler may work on, as long as nothing is known of how fast it is', () => {
    expect(window.size(1001)).toBe(16);
  });

  it('is what a fast handler is done with in twenty milliseconds', () => {
    settle(50);
    expect(window.size(1010)).toBe(100);
  });

  it('shrinks to what the handler may work on when the handler becomes slow', () => {
    settle(50);
    window.size(1010);
    settle(1);
    expect(window.size(1110)).toBe(16);
  });

  it('has a bound, however fast the handler is', () => {
    settle(100_000);
    expect(window.size(1010)).toBe(256);
  });

  it('is measured over some milliseconds, not over a moment', () => {
    settle(10);
    expect(window.size(1001)).toBe(16);
  });
});
