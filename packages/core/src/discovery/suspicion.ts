import type { Clock } from '../ports/clock.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** What suspicion goes by. */
export interface SuspicionOptions {
  readonly clock: Clock;
  readonly timetable: Timetable;
  /** After how long without a sign of life a node is suspected, in milliseconds. */
  readonly suspectAfterMs: number;
  /** This node, which does not suspect itself. */
  readonly selfNodeId: string;
}

/**
 * After how long without a heartbeat a node is suspected, in milliseconds: two and a half intervals, so that one that
 * is late or lost is none, but no later than three quarters of the way from the first missed one to the timeout.
 */
export function suspectAfterMs({ intervalMs, timeoutMs }: HeartbeatTimes): number {
  return Math.min(2.5 * intervalMs, timeoutMs - (timeoutMs - intervalMs) / 4);
}

interface HeartbeatTimes {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/**
 * Which nodes have been silent for too long, by this node's own monotonic clock. One entry of the timetable looks after
 * all of them, and only while there are any.
 */
export class Suspicion {
  /** When each was last heard, the longest silent first. */
  private readonly heardAtMs = new Map<string, number>();
  private readonly graceMs: number;
  private sweep: TimetableEntry | undefined;

  /** @param onSilent told once of each node that is silent for too long, until it is heard again */
  constructor(
    private readonly options: SuspicionOptions,
    private readonly onSilent: (nodeId: string) => void,
  ) {
    this.graceMs = options.suspectAfterMs / 5;
  }

  /** A sign of life. */
  heard(nodeId: string): void {
    const { clock, selfNodeId, suspectAfterMs } = this.options;
    if (nodeId === selfNodeId) return;
    this.heardAtMs.delete(nodeId);
    this.heardAtMs.set(nodeId, clock.monotonicMs());
    this.sweep ??= this.sweepAfter(suspectAfterMs);
  }

  forget(nodeId: string): void {
    if (this.heardAtMs.delete(nodeId) && this.heardAtMs.size === 0) this.disarm();
  }

  /** Suspects nobody any more. */
  close(): void {
    this.heardAtMs.clear();
    this.disarm();
  }

  private sweepAfter(delayMs: number): TimetableEntry {
    const { clock, timetable } = this.options;
    const dueMs = clock.monotonicMs() + delayMs;
    return timetable.after(delayMs, () => {
      this.sweep = undefined;
      this.lookAt(clock.monotonicMs(), dueMs);
    });
  }

  private lookAt(nowMs: number, dueMs: number): void {
    // Late itself: it was this process that stood still, and what the others said meanwhile is yet to be read.
    if (nowMs - dueMs > this.graceMs) {
      this.sweep = this.sweepAfter(this.graceMs);
      return;
    }
    const silent: string[] = [];
    for (const [nodeId, heardAtMs] of this.heardAtMs) {
      const silentAtMs = heardAtMs + this.options.suspectAfterMs;
      if (silentAtMs > nowMs) {
        this.sweep = this.sweepAfter(silentAtMs - nowMs);
        break;
      }
      this.heardAtMs.delete(nodeId);
      silent.push(nodeId);
    }
    for (const nodeId of silent) this.onSilent(nodeId);
  }

  private disarm(): void {
    if (this.sweep !== undefined) this.options.timetable.remove(this.sweep);
    this.sweep = undefined;
  }
}
