import { CatgaError } from '../errors/catga-error.js';
import type { Clock } from '../ports/clock.js';
import type { LaneFrame, LaneLog } from '../ports/lane-log.js';
import type { FrameContent } from './event-frame.js';
import { readableContent } from './waiting-events.js';

/** End of a scan: `stopped` by the callback, at the `end` of the lane, or `displaced` because the lane was recreated. */
export type ScanEnd = 'stopped' | 'end' | 'displaced';

/**
 * Reads a part of a lane once. Unlike a reader, which waits for an unavailable broker indefinitely, a scan fails when nothing arrives
 * within the request timeout.
 */
export class LaneScan {
  /** Callbacks that end running scans. */
  private readonly running = new Set<(why: CatgaError) => void>();

  constructor(
    private readonly log: LaneLog,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Reads frames from a position on, until `look` returns false. Rejects with `CATGA_ENGINE_UNAVAILABLE` when nothing arrives.
   *
   * @param look returns whether to continue
   * @param identity identity of the lane that the position is of, if known
   */
  read(
    lane: number,
    from: number,
    look: (position: number, content: FrameContent) => boolean,
    identity?: string,
  ): Promise<ScanEnd> {
    return new Promise((resolve, reject) => {
      let cameInTime = 0;
      const end = (how: ScanEnd | CatgaError): void => {
        this.running.delete(end);
        cancelTimer();
        reader.stop();
        if (how instanceof CatgaError) reject(how);
        else resolve(how);
      };
      const sink = {
        frame(position: number, found: Uint8Array | LaneFrame): void {
          cameInTime++;
          if (!look(position, readableContent(found))) end('stopped');
        },
        caughtUp: () => end('end'),
        displaced: () => end('displaced'),
      };
      const reader = this.log.read(lane, from, sink, identity);
      const arm = (): (() => void) =>
        this.clock.setTimer(this.timeoutMs, () => {
          if (cameInTime === 0) return end(this.silent(lane));
          cameInTime = 0;
          cancelTimer = arm();
        });
      let cancelTimer = arm();
      this.running.add(end);
    });
  }

  /** Rejects running scans. */
  close(why: CatgaError): void {
    for (const end of this.running) end(why);
  }

  private silent(lane: number): CatgaError {
    const { timeoutMs } = this;
    return new CatgaError(
      'CATGA_ENGINE_UNAVAILABLE',
      `Lane ${lane} could not be read: nothing came within ${timeoutMs} ms.`,
      {
        details: { lane, timeoutMs },
      },
    );
  }
}
