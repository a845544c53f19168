import { describe, expect, it } from '@jest/globals';
import { murmurHash } from './murmur-hash.js';

describe('murmurHash', () => {
  it('is MurmurHash3 of 32 bits', () => {
    expect(murmurHash('')).toBe(0);
    expect(murmurHash('', 1)).toBe(0x514e28b7);
    expect(murmurHash('', 0xffffffff)).toBe(0x81f16f39);
    expect(murmurHash('hello')).toBe(0x248bfa47);
    expect(murmurHash('hello, world')).toBe(0x149bbb7f);
    expect(murmurHash('aaaa', 0x9747b28c)).toBe(0x5a97808a);
    expect(murmurHash('aaa', 0x9747b28c)).toBe(0x283e0130);
    expect(murmurHash('The quick brown fox jumps over the lazy dog')).toBe(0x2e4ff723);
    expect(murmurHash('The quick brown fox jumps over the lazy dog', 0x9747b28c)).toBe(0x2fa826cd);
  });

  it('goes by UTF-8', () => {
    expect(murmurHash('ππππππππ', 0x9747b28c)).toBe(0xd58063c1);
    expect(murmurHash('x\ud800')).toBe(murmurHash('x\ufffd'));
  });
});
