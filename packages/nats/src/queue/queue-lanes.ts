import { ensureConsumer } from './consumer-config.js';
import type { WantedConsumer } from './consumer-config.js';
import { mendQueue } from './mend-queue.js';
import { PullLane } from './pull-lane.js';
import type { LaneKind, LaneListener } from './pull-lane.js';
import type { QueueRecord } from './queue-records.js';
import type { QueueServices } from './queue-services.js';
import { DELAYED_LANE, PLAIN_LANE, nameTokens, subscriptionToken } from './queue-subjects.js';

const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2000;
const KINDS: readonly LaneKind[] = ['plain', 'delayed', 'retry'];

/** Consumers of one queue: for commands without a delay, for delayed ones, and for redriven dead letters. */
export class QueueLanes {
  /** The open lanes. */
  all: readonly PullLane[] = [];
  private readonly lanes = new Map<LaneKind, PullLane>();
  private readonly token: string;
  private listener: (LaneListener & { pull(): void }) | undefined;
  private reviving: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly services: QueueServices,
    private readonly queue: QueueRecord,
  ) {
    this.token = subscriptionToken(queue.id);
  }

  /** Creates the streams, the record and the consumers, and starts pulling. */
  async open(listener: LaneListener & { pull(): void }): Promise<void> {
    this.listener = listener;
    await this.ensure();
    listener.pull();
  }

  /** Ensures everything again, with retries until it succeeds. */
  revive(): void {
    this.reviving ??= this.reviveNow().finally(() => (this.reviving = undefined));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.all.map((lane) => lane.stop()));
  }

  private async reviveNow(): Promise<void> {
    for (const lane of this.lanes.values()) lane.reset();
    for (let pauseMs = FIRST_PAUSE_MS; !this.isStopped; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      await this.services.api.pause(pauseMs);
      if (this.isStopped || this.services.session.isClosed) return;
      try {
        await this.ensure();
        for (const lane of this.lanes.values()) lane.reset();
        return this.listener?.pull();
      } catch {
        // The broker is unavailable or not ready yet: the next round retries.
      }
    }
  }

  private async ensure(): Promise<void> {
    const { services, queue } = this;
    const { streams, api } = services;
    await Promise.all([
      services.records.ensure(queue),
      streams.command.store.make(),
      streams.retry.store.make(),
    ]);
    await Promise.all(
      KINDS.map(async (kind) => {
        const consumer = this.consumerFor(kind);
        const found = await ensureConsumer(api, consumer);
        await mendQueue(streams[kind === 'retry' ? 'retry' : 'command'].store, consumer, found);
        if (this.lanes.has(kind) || this.isStopped) return;
        this.lanes.set(kind, this.openLane(kind, consumer));
        this.all = [...this.lanes.values()];
      }),
    );
  }

  private openLane(kind: LaneKind, { stream, name }: WantedConsumer): PullLane {
    const { session, clock, inboxPrefix } = this.services;
    const { listener } = this;
    if (listener === undefined) throw new TypeError('Lanes need a listener.');
    const now = (): number => clock.monotonicMs();
    return new PullLane(session, now, `${stream}.${name}`, name, kind, inboxPrefix, listener);
  }

  private consumerFor(kind: LaneKind): WantedConsumer {
    const { streams, ackWaitMs, maxUnsettled } = this.services;
    const { queue, token } = this;
    const lane = kind === 'delayed' ? DELAYED_LANE : kind === 'plain' ? PLAIN_LANE : kind;
    const { prefix, store } = kind === 'retry' ? streams.retry : streams.command;
    return {
      stream: store.shape.name,
      name: `${token}-${lane}`,
      description: `${queue.id}: ${lane}`,
      filter: prefix + (kind === 'retry' ? token : `${lane}.${nameTokens(queue.name)}`),
      ackWaitMs,
      // Delayed commands must not block others.
      maxUnsettled: kind === 'delayed' ? -1 : maxUnsettled,
    };
  }
}
