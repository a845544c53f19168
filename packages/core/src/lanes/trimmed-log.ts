import type { LaneFrame, LaneLog, LaneReceipt } from '../ports/lane-log.js';
import { isFull } from './engine-failure.js';
import type { LaneTrimmer } from './lane-trimmer.js';

/** Log that, when full, trims frames that every subscription has passed, and retries once. */
export class TrimmedLog implements Pick<LaneLog, 'lanes' | 'maxFrameBytes' | 'maxEventBytes' | 'append'> {
  readonly lanes: number;
  readonly maxFrameBytes: number;
  readonly maxEventBytes: number | undefined;

  constructor(
    private readonly log: LaneLog,
    private readonly trimmer: LaneTrimmer,
  ) {
    this.lanes = log.lanes;
    this.maxFrameBytes = log.maxFrameBytes;
    this.maxEventBytes = log.maxEventBytes;
  }

  append(lane: number, frame: LaneFrame): Promise<LaneReceipt> {
    return this.log.append(lane, frame).catch(async (thrown: unknown) => {
      if (!isFull(thrown)) throw thrown;
      await this.trimmer.trimAll();
      return this.log.append(lane, frame);
    });
  }
}
