import { describe, expect, it } from '@jest/globals';
import { TRAFFIC_BOUNDS_MS } from '@catga/core/admin';
import type { NodeTraffic } from '@catga/core/admin';
import { quantileOf, stepOf, sumOf } from './traffic-rates.js';

const EMPTY = Array.from({ length: TRAFFIC_BOUNDS_MS.length + 1 }, () => 0);

function traffic(nowMs: number, handled: number, sinceMs = 0): NodeTraffic {
  const flow = { name: 'pay', kind: 'command', handler: 'Pay', originNodeId: 'web' } as const;
  return {
    nowMs,
    sinceMs,
    load: { inFlight: 0, queued: 0, unanswered: 0, handled },
    flows: handled === 0 ? [] : [{ ...flow, handled, failed: 1 }],
    durations: EMPTY.with(3, handled),
    criticalTimes: EMPTY,
  };
}

describe('rates of messages', () => {
  it('are the differences of two answers', () => {
    const step = stepOf('one', traffic(1000, 10), traffic(3000, 25));
    expect(step).toMatchObject({ seconds: 2, handled: 15, failed: 0, flows: [{ name: 'pay', handled: 15 }] });
    expect(step?.durations).toEqual(EMPTY.with(3, 15));
  });

  it('are none between answers of a node that counts anew, or at the same time', () => {
    expect(stepOf('one', traffic(1000, 10), traffic(3000, 2, 2000))).toBeUndefined();
    expect(stepOf('one', traffic(1000, 10), traffic(1000, 10))).toBeUndefined();
  });

  it('have quantiles between the bounds of a bucket, and none if there was nothing', () => {
    const buckets = sumOf([EMPTY.with(3, 5), EMPTY.with(4, 5)]);
    expect([quantileOf(buckets, 0.5), quantileOf(buckets, 0.75), quantileOf(EMPTY, 0.5)]).toEqual([
      TRAFFIC_BOUNDS_MS[3],
      (TRAFFIC_BOUNDS_MS[3]! + TRAFFIC_BOUNDS_MS[4]!) / 2,
      undefined,
    ]);
    expect(quantileOf(EMPTY.with(TRAFFIC_BOUNDS_MS.length, 4), 0.95)).toBe(TRAFFIC_BOUNDS_MS.at(-1));
  });
});
