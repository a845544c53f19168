import { randomUUID } from 'node:crypto';
import { CatgaError } from '@catga/core';
import type { LaneState } from '@catga/core/engine';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import { JETSTREAM_ERROR } from '../connection/broker-errors.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { StreamInfo, StreamSettings } from '../jetstream/stream-store.js';

/** What the streams of a namespace's lanes have in common. */
export interface LaneStreamOptions {
  readonly namespace: string;
  readonly replicas: number;
  /** With the size limit of all lanes together. */
  readonly settings: StreamSettings;
}

/** The most lanes of a log. */
export const MOST_LANES = 256;

/** When the server removes a consumer that was to be deleted. */
const CONSUMER_INACTIVE_NS = 5_000_000_000;

/** Where a stream says how many lanes its log has. */
const LANES = 'catga_lanes';

/** The stream of one lane: its sequence numbers are the positions of the lane. */
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

  /** Makes sure of the stream. `CATGA_CONFIGURATION` if the log has another number of lanes by now. */
  async make(): Promise<LaneState> {
    const info = await this.store.make();
    const found = lanesOf(info);
    if (found === this.lanes) return stateOf(info);
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `The stream ${this.name} is one of ${found ?? 'an unknown number of'} lanes, and this node works with ${this.lanes}: restart it.`,
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

  /** The first position at or after a time: where a consumer that begins there stands (`DeliverByStartTime`). */
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

  /** Makes the stream if need be. */
  async state(): Promise<LaneState> {
    const info = await this.store.info();
    return info === undefined ? this.make() : stateOf(info);
  }
}

/** The streams of all lanes: as many as the log was made with, or as are wanted if there is none yet. */
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
