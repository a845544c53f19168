import { randomUUID } from 'node:crypto';
import { CatgaError } from '@catga/core';
import type { LaneState } from '@catga/core/engine';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { StreamInfo, StreamSettings } from '../jetstream/stream-store.js';

/** Options shared by the lane streams of a namespace. */
export interface LaneStreamOptions {
  readonly namespace: string;
  readonly replicas: number;
  /** Settings, with the size limit of all lanes together. */
  readonly settings: StreamSettings;
}

/** Maximum number of lanes. */
export const MOST_LANES = 256;

/** Inactivity after which the server removes a consumer whose deletion failed. */
const CONSUMER_INACTIVE_NS = 5_000_000_000;

/** Time that a new leader of a replicated stream is given to apply what it has. */
const APPLIED_WITHIN_MS = 5000;

/** Metadata key of a stream with the number of lanes of its log. */
const LANES = 'catga_lanes';

/** Stream of one lane; its sequence numbers are the positions of the lane. */
export class LaneStream {
  readonly subject: string;
  readonly store: StreamStore;

  constructor(
    { namespace, replicas, settings }: LaneStreamOptions,
    private readonly api: JetStreamApi,
    lane: number,
    private readonly lanes: number,
  ) {
    this.subject = `${namespace}.lanes.${lane}`;
    const { maxBytes } = settings;
    const shape = {
      name: `${namespace}_lane_${lane}`,
      subjects: [this.subject],
      replicas,
      settings: { ...settings, maxBytes: maxBytes && Math.ceil(maxBytes / lanes) },
      metadata: { [LANES]: String(lanes) },
    };
    this.store = new StreamStore(shape, api);
  }

  get name(): string {
    return this.store.shape.name;
  }

  /** Creates the stream if needed. `CATGA_CONFIGURATION` if the log now has another number of lanes. */
  async make(): Promise<LaneState> {
    const info = await this.store.make();
    const found = lanesOf(info);
    if (found === this.lanes) return stateOf(info);
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The stream ${this.name} belongs to a log of ${found ?? 'an unknown number of'} lanes, but this node uses ${this.lanes}: restart it.`,
      { details: { stream: this.name, found, lanes: this.lanes } },
    );
  }

  /** Position after the frames that are older than an age, by the server's clock. */
  async positionOlderThan(ageMs: number): Promise<number> {
    const info = await this.store.info();
    if (info === undefined) return 1;
    const { ts, state } = info;
    const sinceMs = (ts === undefined ? this.api.clock.now() : Date.parse(ts)) - ageMs;
    if (state.messages === 0 || Date.parse(state.first_ts) >= sinceMs) return stateOf(info).first;
    return this.positionAt(new Date(sinceMs), state.last_seq + 1);
  }

  /** First position at or after a time, from the start of a consumer with `DeliverByStartTime`. */
  private async positionAt(time: Date, otherwise: number): Promise<number> {
    const consumer = `time-${randomUUID()}`;
    const config = {
      name: consumer,
      deliver_policy: 'by_start_time',
      opt_start_time: time.toISOString(),
      ack_policy: 'none',
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: CONSUMER_INACTIVE_NS,
    };
    const made = await this.api.call<{ readonly delivered: { readonly stream_seq: number } }>(
      `CONSUMER.CREATE.${this.name}.${consumer}`,
      { stream_name: this.name, config },
      [JETSTREAM_ERROR.streamNotFound],
    );
    if (made === undefined) return 1;
    await this.api.call(`CONSUMER.DELETE.${this.name}.${consumer}`, {}, [JETSTREAM_ERROR.consumerNotFound]);
    return Math.min(made.delivered.stream_seq + 1, otherwise);
  }

  /**
   * State of the lane; creates the stream if needed. A leader may be elected before it has applied all that is stored (nats-server 2.10):
   * it is asked again until it has the position that is known, for some seconds.
   */
  async state(known?: ReadonlyMap<string, number>): Promise<LaneState> {
    const isBehind = ({ identity, last }: LaneState): boolean => last < (known?.get(identity) ?? 0);
    return this.api.askUntil(
      async () => {
        const info = await this.store.info();
        return info === undefined ? this.make() : stateOf(info);
      },
      (state) => !this.store.mayLag || !isBehind(state),
      APPLIED_WITHIN_MS,
    );
  }
}

/** Opens the streams of all lanes: with the number of an existing log, else the configured one. */
export async function openLaneStreams(
  options: LaneStreamOptions,
  api: JetStreamApi,
  wantedLanes: number,
): Promise<readonly LaneStream[]> {
  const { store } = new LaneStream(options, api, 0, wantedLanes);
  const lanes = lanesOf((await store.info()) ?? (await store.make())) ?? wantedLanes;
  return Array.from({ length: lanes }, (_, lane) => new LaneStream(options, api, lane, lanes));
}

function lanesOf({ config }: StreamInfo): number | undefined {
  const lanes = Number(config.metadata?.[LANES]);
  return Number.isInteger(lanes) && lanes > 0 ? lanes : undefined;
}

function stateOf({ created, state: { messages, first_seq: first, last_seq: last } }: StreamInfo): LaneState {
  return { identity: created, first: messages === 0 ? last + 1 : first, last };
}
