import { TRAFFIC_BOUNDS_MS } from '@catga/core/admin';
import type { MessageFlow, NodeTraffic } from '@catga/core/admin';

/** Messages handled between two answers of a node. */
export interface TrafficStep {
  readonly nodeId: string;
  readonly seconds: number;
  readonly handled: number;
  readonly failed: number;
  readonly flows: readonly MessageFlow[];
  readonly durations: readonly number[];
  readonly criticalTimes: readonly number[];
}

/** Difference of two answers; undefined if the node or its counts were reset between them. */
export function stepOf(nodeId: string, before: NodeTraffic, now: NodeTraffic): TrafficStep | undefined {
  const seconds = (now.nowMs - before.nowMs) / 1000;
  if (now.sinceMs !== before.sinceMs || seconds <= 0) return undefined;
  const earlier = new Map(before.flows.map((flow) => [keyOf(flow), flow]));
  const flows = now.flows
    .map((flow) => {
      const { handled = 0, failed = 0 } = earlier.get(keyOf(flow)) ?? {};
      return { ...flow, handled: flow.handled - handled, failed: flow.failed - failed };
    })
    .filter(({ handled }) => handled > 0);
  return {
    nodeId,
    seconds,
    handled: now.load.handled - before.load.handled,
    failed: flows.reduce((sum, { failed }) => sum + failed, 0),
    flows,
    durations: difference(now.durations, before.durations),
    criticalTimes: difference(now.criticalTimes, before.criticalTimes),
  };
}

/** Sums buckets. */
export function sumOf(all: readonly (readonly number[])[]): readonly number[] {
  return [...TRAFFIC_BOUNDS_MS, Infinity].map((_, index) =>
    all.reduce((sum, buckets) => sum + (buckets[index] ?? 0), 0),
  );
}

/** Quantile in milliseconds, interpolated in its bucket; undefined without values. */
export function quantileOf(buckets: readonly number[], quantile: number): number | undefined {
  const wanted = buckets.reduce((sum, one) => sum + one, 0) * quantile;
  if (wanted === 0) return undefined;
  let passed = 0;
  for (const [index, held] of buckets.entries()) {
    const lower = TRAFFIC_BOUNDS_MS[index - 1] ?? 0;
    const upper = TRAFFIC_BOUNDS_MS[index] ?? lower;
    if (passed + held >= wanted) return lower + ((upper - lower) * (wanted - passed)) / held;
    passed += held;
  }
  return TRAFFIC_BOUNDS_MS.at(-1);
}

function keyOf({ name, handler, originNodeId }: MessageFlow): string {
  return JSON.stringify([name, handler, originNodeId]);
}

function difference(now: readonly number[], before: readonly number[]): readonly number[] {
  return now.map((held, index) => held - (before[index] ?? 0));
}
