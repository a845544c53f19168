import { describe, expect, it } from '@jest/globals';
import { readHeartbeat, writeHeartbeat } from './heartbeat-text.js';

const load = { inFlight: 1, queued: 2, unanswered: 3, handled: 4 };

describe('the text of a heartbeat', () => {
  it('is read as it was written, with its age by the clock of the broker', () => {
    const text = writeHeartbeat({ incarnation: 7, beatAtMs: 1000, timeoutMs: 299.5, load });
    expect(readHeartbeat('one', text, 1250)).toEqual({
      nodeId: 'one',
      incarnation: 7,
      beatAtMs: 1000,
      mark: '1000',
      timeoutMs: 300,
      load,
      ageMs: 250,
    });
  });

  it('has no negative age, though the broker tells of an earlier time', () => {
    const text = writeHeartbeat({ incarnation: 7, beatAtMs: 1000, timeoutMs: 300, load });
    expect(readHeartbeat('one', text, 900)?.ageMs).toBe(0);
  });

  it.each(['', '1', '1.2.3.4.5.6', '1.2.3.4.5.6.7.8', '1.2.x.4.5.6.7', '1.2.-3.4.5.6.7', '1.2.3.4.5.6.1e3'])(
    'is not %p',
    (text) => {
      expect(readHeartbeat('one', text, 0)).toBeUndefined();
    },
  );
});
