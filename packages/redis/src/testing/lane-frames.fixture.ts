import type { LaneFrame, LaneLog, LaneReader, LaneSink } from '@catga/core/engine';
import { until } from './redis-cluster.fixture.js';

/** What a reader of a lane was handed. */
export class ReadLane implements LaneSink {
  readonly positions: number[] = [];
  readonly texts: string[] = [];
  readonly reader: LaneReader;
  timesCaughtUp = 0;
  timesDisplaced = 0;

  constructor(log: LaneLog, lane: number, from = 1) {
    this.reader = log.read(lane, from, this);
  }

  async isBegun(): Promise<void> {
    await until(() => this.timesCaughtUp > 0);
  }

  frame(position: number, content: Uint8Array | LaneFrame): void {
    const bytes = content instanceof Uint8Array ? content : content.bytes;
    this.positions.push(position);
    this.texts.push(new TextDecoder().decode(bytes));
  }

  caughtUp(): void {
    this.timesCaughtUp++;
  }

  displaced(): void {
    this.timesDisplaced++;
  }
}

let frames = 0;

/** A frame of one event that holds a text, by default under an id of its own. */
export function laneFrame(text: string, id = `frame-${++frames}`): LaneFrame {
  return { id, bytes: new TextEncoder().encode(text), events: 1 };
}
