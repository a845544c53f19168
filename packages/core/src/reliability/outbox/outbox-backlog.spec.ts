import { describe, expect, it } from '@jest/globals';
import { OutboxBacklog } from './outbox-backlog.js';

describe('the backlog', () => {
  it('exists from the moment something is being added, until the store is seen empty', async () => {
    const backlog = new OutboxBacklog();
    expect(backlog.exists).toBe(false);
    let end = (): void => {};
    const added = backlog.grow(() => new Promise((resolve) => (end = resolve)));
    expect(backlog.exists).toBe(true);
    backlog.clear(backlog.mark()); // the store may be empty only because the write is under way
    expect(backlog.exists).toBe(true);
    end();
    await added;
    backlog.clear(backlog.mark());
    expect(backlog.exists).toBe(false);
  });

  it('still exists if something was added after the store was asked', async () => {
    const backlog = new OutboxBacklog();
    const mark = backlog.mark();
    await backlog.grow(async () => {});
    backlog.clear(mark);
    expect(backlog.exists).toBe(true);
  });

  it('does not count what could not be added as being under way', async () => {
    const backlog = new OutboxBacklog();
    await expect(backlog.grow(() => Promise.reject(new Error('full')))).rejects.toThrow('full');
    backlog.clear(backlog.mark());
    expect(backlog.exists).toBe(false);
  });
});
