import { CatgaError } from '../errors/catga-error.js';
import type { Clock } from '../ports/clock.js';
import type { LaneFrame, LaneLog, LaneReader } from '../ports/lane-log.js';
import type { FrameContent } from './event-frame.js';
import { readableContent } from './waiting-events.js';

/**
 * How a scan ended: `stopped` by whoever looked at the frames, at the `end` of the lane, or `displaced` because the lane began
 * anew.
 */
export type ScanEnd = 'stopped' | 'end' | 'displaced';

/**
 * Reads a part of a lane once. A reader waits for a broker that is away, for however long; a scan gives up once nothing has come
 * for as long as a request takes at most.
 */
export class LaneScan {
  /** Ends of the scans that run. */
  private readonly running = new Set<(why: CatgaError) => void>();

  constructor(
    private readonly log: LaneLog,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Reads frames from a position on, until `look` returns false. Rejects with `CATGA_ENGINE_UNAVAILABLE` when nothing comes.
   *
   * @param look returns whether the next frame is needed, too
   */
  read(
    lane: number,
    from: number,
    look: (position: number, content: FrameContent) => boolean,
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
      const reader: LaneReader = this.log.read(lane, from, {
        frame(position: number, found: Uint8Array | LaneFrame): void {
          cameInTime++;
          if (!look(position, readableContent(found))) end('stopped');
        },
        caughtUp: () => end('end'),
        displaced: () => end('displaced'),
      });
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

  /** Rejects the scans that run. */
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
