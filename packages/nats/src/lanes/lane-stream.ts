import { CatgaError } from '@catga/core';
import type { LaneState } from '@catga/core/engine';
import type { JetStreamApi } from '../jetstream/jetstream-api.js';
import { StreamStore } from '../jetstream/stream-store.js';
import type { StreamInfo, StreamSettings } from '../jetstream/stream-store.js';

/** What the streams of a namespace's lanes have in common. */
export interface LaneStreamOptions {
  readonly namespace: string;
  readonly replicas: number;
  readonly settings: StreamSettings;
}

/** The most lanes of a log. */
export const MOST_LANES = 256;

/** Where a stream says how many lanes its log has. */
const LANES = 'catga_lanes';

/** The stream of one lane: its sequence numbers are the positions of the lane. */
export class LaneStream {
  readonly subject: string;
  readonly store: StreamStore;

  constructor(
    { namespace, replicas, settings }: LaneStreamOptions,
    api: JetStreamApi,
    lane: number,
    private readonly lanes: number,
  ) {
    this.subject = `${namespace}.lanes.${lane}`;
    const shape = {
      name: `${namespace}_lane_${lane}`,
      subjects: [this.subject],
      replicas,
      settings,
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
