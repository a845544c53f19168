import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../time/test-clock.js';
import { ReplyStatus } from '../wire/frame-layout.js';
import { AnsweredRequests } from './answered-requests.js';

const answer = (bytes = 1) => ({ status: ReplyStatus.Value, body: new Uint8Array(bytes) });

describe('the answers that a node remembers', () => {
  it('are forgotten after their time', async () => {
    const clock = new TestClock();
    const answered = new AnsweredRequests(clock, { ttlMs: 1000, maxBytes: 1_000_000 });
    answered.add('a', answer());
    await clock.advance(999);
    answered.add('b', answer());
    expect(answered.get('a')).toBeDefined();
    await clock.advance(1);
    answered.add('c', answer());
    expect(answered.get('a')).toBeUndefined();
    expect(answered.get('b')).toBeDefined();
  });

  it('take no more than so many bytes: the oldest go first', () => {
    const answered = new AnsweredRequests(new TestClock(), { ttlMs: 1000, maxBytes: 10_000 });
    for (let index = 0; index < 5000; index++) answered.add(`k${index}`, answer(872));
    expect(answered.size).toBe(10);
    expect(answered.get('k4989')).toBeUndefined();
    expect(answered.get('k4990')).toBeDefined();
  });

  it('keep the later of two of one request when the earlier is forgotten', () => {
    const answered = new AnsweredRequests(new TestClock(), { ttlMs: 1000, maxBytes: 2 * 129 });
    const later = answer();
    answered.add('a', answer());
    answered.add('a', later);
    answered.add('b', answer());
    expect(answered.get('a')).toBe(later);
  });
});
