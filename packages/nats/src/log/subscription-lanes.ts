import type { LogSubscription } from '@catga/core/engine';
import { ensureConsumer, takesManyFilters } from './consumer-config.js';
import type { ConsumerInfo, WantedConsumer } from './consumer-config.js';
import { freeLane } from './free-lane.js';
import type { LogStream } from './log-streams.js';
import { DELAYED_LANE, PLAIN_LANE, keyLane, nameTokens, subscriptionToken } from './log-subjects.js';
import { mendQueue } from './mend-queue.js';
import { moveForward } from './move-forward.js';
import { PullLane } from './pull-lane.js';
import type { LaneKind, LaneListener } from './pull-lane.js';
import type { SubscriptionRecord } from './subscription-record.js';
import type { SubscriptionServices } from './subscription-services.js';

const RETRY_LANE = 'retry';
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 2000;

/**
 * The consumers of one subscription: one for messages without a key, one for dead letters that are tried again, one for
 * each lane of keys that is in use, and for commands one for those that are to run later.
 */
export class SubscriptionLanes {
  /** The lanes that are open. */
  all: readonly PullLane[] = [];
  private readonly lanes = new Map<string, PullLane>();
  private readonly stream: LogStream;
  private readonly token: string;
  private readonly stopListening: () => void;
  private listener: (LaneListener & { pull(): void }) | undefined;
  private record: SubscriptionRecord | undefined;
  /** The names that this node handles, as they end a subject, each with where it begins. */
  private own: ReadonlyMap<string, number> = new Map();
  private reviving: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly services: SubscriptionServices,
    private readonly wanted: LogSubscription,
  ) {
    this.stream = services.streams[wanted.kind];
    this.token = subscriptionToken(wanted.id);
    this.stopListening = services.keyedNames.onChange(() => {
      if (this.laneNames().some((name) => !this.lanes.has(name))) this.revive();
    });
  }

  /** Makes the stream, the record and the consumers, and begins to take from them. */
  async open(listener: LaneListener & { pull(): void }): Promise<void> {
    this.listener = listener;
    await this.services.keyedNames.load();
    await this.ensure();
    listener.pull();
  }

  /** Makes sure of everything anew, for as long as it takes. */
  revive(): void {
    this.reviving ??= this.reviveNow().finally(() => (this.reviving = undefined));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.stopListening();
    await Promise.all(this.all.map((lane) => lane.stop()));
  }

  /** Asks how far the lanes are on which messages overtake each other, if any came since. A lane that is not there tells nothing. */
  async learnFloors(): Promise<void> {
    const moved = this.all.filter(({ kind, settled }) => kind === 'plain' && settled.isBehind);
    await Promise.allSettled(
      moved.map(async ({ path, settled }) => {
        const info = await this.services.api.call<ConsumerInfo>(`CONSUMER.INFO.${path}`, {});
        settled.told(info?.ack_floor.stream_seq ?? 0);
      }),
    );
  }

  /** Whether a message on this subject is one that this node handles. */
  wants(lane: PullLane, subject: string, sequence: number): boolean {
    if (lane.kind === 'retry') return true;
    const since = this.own.get(this.tailOf(subject));
    return since !== undefined && sequence >= since;
  }

  /**
   * Who wants a message that this node does not: another node of the subscription may know more names than this one, or
   * nobody may, where the server could not be told all names.
   */
  async whose(subject: string, sequence: number): Promise<'others' | 'nobody'> {
    const tail = this.tailOf(subject);
    const isKnown = (): boolean => {
      const [, since] = this.record?.names.find(([name]) => nameTokens(name) === tail) ?? [];
      return since !== undefined && sequence >= since;
    };
    if (isKnown()) return 'others';
    // Read after the message came: a name that is wanted from later on does not mean this one.
    this.record = (await this.services.records.find(this.wanted.id)) ?? this.record;
    return isKnown() ? 'others' : 'nobody';
  }

  /** What a subject has after its lane. */
  private tailOf(subject: string): string {
    return subject.slice(subject.indexOf('.', this.stream.prefix.length) + 1);
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
        // The broker is away, or not itself yet: the next round finds out.
      }
    }
  }

  private async ensure(): Promise<void> {
    const { services, wanted } = this;
    this.record = await services.records.ensure(
      wanted,
      this.stream,
      takesManyFilters(services.session.serverVersion),
    );
    const own = this.record.names.filter(([name]) => wanted.names.includes(name));
    this.own = new Map(own.map(([name, since]) => [nameTokens(name), since]));
    await services.streams.retry.store.make();
    await Promise.all(
      this.laneNames().map(async (lane) => {
        const consumer = this.consumerFor(lane);
        const { serverVersion } = services.session;
        const found = await ensureConsumer(services.api, consumer, serverVersion);
        const { store } = this.streamOf(lane);
        const open = this.lanes.get(lane);
        if (kindOf(lane) === 'keyed') await freeLane(services, consumer, found);
        if (this.isQueue(lane)) await mendQueue(store, consumer, found, serverVersion);
        else if (open !== undefined)
          await moveForward(store, consumer, found, open.settled.place, serverVersion);
        if (this.lanes.has(lane) || this.isStopped) return;
        this.lanes.set(lane, this.openLane(lane, consumer));
        this.all = [...this.lanes.values()];
      }),
    );
  }

  private openLane(lane: string, { stream, name }: WantedConsumer): PullLane {
    const { session, clock, inboxPrefix } = this.services;
    const { listener } = this;
    if (listener === undefined) throw new TypeError('Lanes are opened with their listener.');
    const now = (): number => clock.monotonicMs();
    const kind = kindOf(lane);
    return new PullLane(session, now, `${stream}.${name}`, name, kind, inboxPrefix, listener);
  }

  private laneNames(): string[] {
    const names = this.record?.names.map(([name]) => name) ?? this.wanted.names;
    const keyed = Array.from({ length: this.services.keyedNames.lanesOf(names) }, (_, index) =>
      keyLane(index),
    );
    const delayed = this.wanted.kind === 'command' ? [DELAYED_LANE] : [];
    return [PLAIN_LANE, RETRY_LANE, ...delayed, ...keyed];
  }

  private consumerFor(lane: string): WantedConsumer {
    const { ackWaitMs, maxUnsettled } = this.services;
    const { wanted, record, token } = this;
    const isRetry = lane === RETRY_LANE;
    const { prefix, store } = this.streamOf(lane);
    const names = record?.names.map(([name]) => name) ?? wanted.names;
    return {
      stream: store.shape.name,
      name: this.consumerOf(lane),
      description: `${wanted.id}: ${lane}`,
      filters: isRetry ? [prefix + token] : names.map((name) => `${prefix}${lane}.${nameTokens(name)}`),
      widerFilter: `${prefix}${lane}.>`,
      start: this.isQueue(lane) ? undefined : record?.start,
      ackWaitMs,
      // A lane of keys waits for each message; commands that wait for their time keep no others from being run.
      maxUnsettled: kindOf(lane) === 'delayed' ? -1 : kindOf(lane) === 'keyed' ? 1 : maxUnsettled,
    };
  }

  /** Whether what is settled leaves its stream; events are kept for their time. */
  private isQueue(lane: string): boolean {
    return lane === RETRY_LANE || this.wanted.kind === 'command';
  }

  private streamOf(lane: string): LogStream {
    return lane === RETRY_LANE ? this.services.streams.retry : this.stream;
  }

  private consumerOf(lane: string): string {
    return `${this.token}-${lane}`;
  }
}

function kindOf(lane: string): LaneKind {
  if (lane === RETRY_LANE) return 'retry';
  if (lane === DELAYED_LANE) return 'delayed';
  return lane === PLAIN_LANE ? 'plain' : 'keyed';
}
