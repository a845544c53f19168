import type { NodeLoad } from '../contracts/node-info.js';
import type { HandledListener } from '../pipeline/handler-context.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { Clock } from '../ports/clock.js';
import type { MessageFlow, NodeTraffic } from './admin-contracts.js';
import { ADMIN_NAMES } from './admin-messages.js';
import type { HandledListeners } from './handled-listeners.js';

/** Maximum number of separate flows. */
const MOST_FLOWS = 500;

/**
 * Upper bounds of the buckets of {@link NodeTraffic}, in milliseconds; the last bucket has none.
 *
 * @publicApi
 */
export const TRAFFIC_BOUNDS_MS: readonly number[] = Object.freeze(
  [0.1, 1, 10, 100, 1_000, 10_000, 100_000].flatMap((bound) => [bound, 2 * bound, 5 * bound]),
);

type Counted = { -readonly [K in keyof MessageFlow]: MessageFlow[K] };

/** Counts handled messages, only while a tool queries. */
export class TrafficMeter implements HandledListener {
  private readonly flows = new Map<string, Counted>();
  private durations = emptyBuckets();
  private criticalTimes = emptyBuckets();
  private sinceMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly nodeId: string,
    private readonly load: () => NodeLoad,
    private readonly listeners: HandledListeners,
  ) {}

  read(): NodeTraffic {
    const nowMs = this.clock.now();
    if (this.listeners.goOn(this, () => this.clear())) this.sinceMs = nowMs;
    return {
      nowMs,
      sinceMs: this.sinceMs,
      load: this.load(),
      flows: Array.from(this.flows.values(), (flow) => ({ ...flow })),
      durations: [...this.durations],
      criticalTimes: [...this.criticalTimes],
    };
  }

  begun(envelope: MessageEnvelope, outcome: Promise<unknown>): void {
    if (envelope.name.startsWith(ADMIN_NAMES)) return;
    const startMs = this.clock.monotonicMs();
    const ended = (failed: number): void => {
      const { sentAtMs } = envelope.attributes;
      count(this.durations, this.clock.monotonicMs() - startMs);
      if (sentAtMs !== undefined) count(this.criticalTimes, this.clock.now() - sentAtMs);
      const flow = this.flowOf(envelope);
      flow.handled++;
      flow.failed += failed;
    };
    outcome.then(
      () => ended(0),
      () => ended(1),
    );
  }

  private flowOf({ name, kind, handler, attributes }: MessageEnvelope): Counted {
    const originNodeId = attributes.originNodeId ?? this.nodeId;
    const key = JSON.stringify([name, handler, originNodeId]);
    const isOther = !this.flows.has(key) && this.flows.size >= MOST_FLOWS;
    const group = isOther ? 'other' : key;
    const flow = this.flows.get(group) ?? {
      ...(isOther ? OTHER : { name, kind, handler, originNodeId }),
      handled: 0,
      failed: 0,
    };
    this.flows.set(group, flow);
    return flow;
  }

  private clear(): void {
    this.flows.clear();
    this.durations = emptyBuckets();
    this.criticalTimes = emptyBuckets();
  }
}

const OTHER = { name: '', kind: 'event', handler: '', originNodeId: '' } as const;

function emptyBuckets(): number[] {
  return Array.from({ length: TRAFFIC_BOUNDS_MS.length + 1 }, () => 0);
}

function count(buckets: number[], ms: number): void {
  const found = TRAFFIC_BOUNDS_MS.findIndex((bound) => ms <= bound);
  const index = found === -1 ? TRAFFIC_BOUNDS_MS.length : found;
  buckets[index] = (buckets[index] ?? 0) + 1;
}
