import { CatgaError } from '../../errors/catga-error.js';
import type {
  LaneFrame,
  LaneLog,
  LaneReader,
  LaneReceipt,
  LaneSink,
  LaneState,
} from '../../ports/lane-log.js';
import { DeduplicationWindow } from '../deduplication-window.js';
import { MemoryLane } from './memory-lane.js';

/** Limits of an in-memory lane log. */
export interface MemoryLaneOptions {
  readonly lanes: number;
  readonly deduplicationWindowMs: number;
  /** Maximum number of events. */
  readonly maxEvents: number;
  /** Maximum number of remembered ids. */
  readonly maxIds: number;
}

let identities = 0;

/** Lane log in arrays. */
export class MemoryLaneLog implements LaneLog {
  readonly lanes: number;
  readonly maxFrameBytes = Infinity;
  private identity = newIdentity();
  private all: readonly MemoryLane[];
  private seen: DeduplicationWindow;
  private events = 0;

  constructor(
    private readonly options: MemoryLaneOptions,
    private readonly monotonicMs: () => number,
  ) {
    this.lanes = options.lanes;
    this.all = emptyLanes(options.lanes);
    this.seen = this.newWindow();
  }

  append(lane: number, frame: LaneFrame): Promise<LaneReceipt> {
    const { id, events } = frame;
    const key = `${lane}/${id}`;
    const position = this.seen.get(key);
    if (position !== undefined) return Promise.resolve({ position, isDuplicate: true });
    if (this.events + events > this.options.maxEvents || this.seen.isFull) return Promise.reject(this.full());
    const receipt = this.lane(lane).append(frame);
    this.events += events;
    this.seen.add(key, receipt.position);
    return Promise.resolve(receipt);
  }

  state(lane: number): Promise<LaneState> {
    const { first, last } = this.lane(lane);
    return Promise.resolve({ identity: this.identity, first, last });
  }

  read(lane: number, from: number, sink: LaneSink, identity = this.identity): LaneReader {
    const reader = this.lane(lane).read(from, sink);
    if (identity !== this.identity) reader.displace();
    return reader;
  }

  trim(lane: number, before: number): Promise<void> {
    this.events -= this.lane(lane).trim(before);
    return Promise.resolve();
  }

  /** Loses everything, as a broker without a disk does when it restarts. */
  forget(): void {
    const { all } = this;
    this.identity = newIdentity();
    this.all = emptyLanes(this.lanes);
    this.seen = this.newWindow();
    this.events = 0;
    for (const lane of all) lane.displaceReaders();
  }

  private lane(number: number): MemoryLane {
    const lane = this.all[number];
    if (lane === undefined) throw new RangeError(`There is no lane ${number} of ${this.lanes}.`);
    return lane;
  }

  private newWindow(): DeduplicationWindow {
    const { deduplicationWindowMs, maxIds } = this.options;
    return new DeduplicationWindow(this.monotonicMs, deduplicationWindowMs, maxIds);
  }

  private full(): CatgaError {
    const { maxEvents, deduplicationWindowMs } = this.options;
    const message = this.seen.isFull
      ? `The memory engine remembers as many message ids of the last ${deduplicationWindowMs} ms as it can.`
      : `The memory engine holds ${this.events} messages of at most ${maxEvents}.`;
    return new CatgaError('CATGA_OVERLOADED', message, {
      details: { events: this.events, maxEvents, deduplicationWindowMs },
    });
  }
}

function newIdentity(): string {
  return `memory-${++identities}`;
}

function emptyLanes(count: number): readonly MemoryLane[] {
  return Array.from({ length: count }, () => new MemoryLane());
}
