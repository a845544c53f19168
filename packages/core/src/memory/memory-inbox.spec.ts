import { describe, expect, it } from '@jest/globals';
import { MemoryInbox } from './memory-inbox.js';

describe('MemoryInbox', () => {
  it('has a success of one handler on one message until its time to live is over', async () => {
    let nowMs = 0;
    const inbox = new MemoryInbox(() => nowMs);
    await inbox.add('shop.mail', { name: 'placed', messageId: 'm1' }, 100);
    await inbox.add('shop.mail', { name: 'placed', messageId: 'm1' }, 100);
    expect(await inbox.has('shop.mail', { name: 'placed', messageId: 'm1' })).toBe(true);
    expect(await inbox.has('shop.mail', { name: 'placed', messageId: 'm2' })).toBe(false);
    expect(await inbox.has('shop.stock', { name: 'placed', messageId: 'm1' })).toBe(false);
    nowMs = 100;
    expect(await inbox.has('shop.mail', { name: 'placed', messageId: 'm1' })).toBe(false);
  });

  it('keeps subscription and message apart, whatever their names are made of', async () => {
    const inbox = new MemoryInbox(() => 0);
    await inbox.add('a', { name: 'placed', messageId: 'bc' }, 100);
    expect(await inbox.has('ab', { name: 'placed', messageId: 'c' })).toBe(false);
  });
});
