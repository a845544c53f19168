import type { LaneFrame, LaneLog, LaneReader, LaneReceipt, LaneSink, LaneState } from '@catga/core/engine';
import { bytesOf, listOf, numberOf } from '../connection/lua-script.js';
import { LaneAppender, MAX_FRAME_BYTES, newIdentity } from './lane-appender.js';
import { laneKeys } from './lane-keys.js';
import { LaneReading } from './lane-reading.js';
import type { LaneServices } from './lane-services.js';
import { LaneTail } from './lane-tail.js';
import { laneState } from './scripts/lane-state.lua.js';
import { trimLane } from './scripts/trim-lane.lua.js';

/** Lane log on Redis: a stream for each lane, each in its own slot. Entry ids are `0-<position>`. */
export class RedisLaneLog implements LaneLog {
  readonly maxFrameBytes = MAX_FRAME_BYTES;
  private readonly keys: readonly string[];
  private readonly appenders: readonly LaneAppender[];
  private tails: LaneTail[] = [];

  constructor(
    readonly lanes: number,
    private readonly services: LaneServices,
  ) {
    this.keys = laneKeys(services.keys.namespace, lanes).map((prefix) => `${prefix}:frames`);
    this.appenders = this.keys.map(
      (key, lane) => new LaneAppender(key, services.session, services, () => this.state(lane)),
    );
  }

  append(lane: number, frame: LaneFrame): Promise<LaneReceipt> {
    return of(this.appenders, lane).append(frame);
  }

  async state(lane: number): Promise<LaneState> {
    const { session, monitor } = this.services;
    const reply = listOf(await session.run(laneState, [of(this.keys, lane)], [newIdentity()]));
    const removed = numberOf(reply[3]);
    if (removed > 0)
      monitor?.warn(`Another client added entries to the stream of lane ${lane}: ${removed} were removed.`);
    return { identity: bytesOf(reply[0]).toString(), first: numberOf(reply[1]), last: numberOf(reply[2]) };
  }

  read(lane: number, from: number, sink: LaneSink, identity?: string): LaneReader {
    const key = of(this.keys, lane);
    const reading = new LaneReading(key, from, identity, sink, () => this.state(lane));
    let tail = this.tails.find((one) => one.mayRead(key));
    if (tail === undefined) {
      tail = new LaneTail(this.services, (idle) => this.idle(idle));
      this.tails.push(tail);
    }
    tail.read(reading);
    return reading;
  }

  async trim(lane: number, before: number): Promise<void> {
    const key = of(this.keys, lane);
    const kept = Math.ceil(this.services.keptEvents / this.lanes);
    await this.services.session.run(trimLane, [key], [before, kept]);
  }

  close(): void {
    for (const tail of this.tails.splice(0)) tail.close();
  }

  /** Closes unused connections, except the first. */
  private idle(tail: LaneTail): void {
    if (tail === this.tails[0]) return;
    this.tails = this.tails.filter((one) => one !== tail);
    tail.close();
  }
}

function of<T>(all: readonly T[], lane: number): T {
  const one = all[lane];
  if (one === undefined) throw new RangeError(`There is no lane ${lane} of ${all.length}.`);
  return one;
}
