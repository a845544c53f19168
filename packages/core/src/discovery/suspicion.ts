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
  /** When each was last heard. */
  private readonly heardAtMs = new Map<string, number>();
  private readonly graceMs: number;
  private sweep: TimetableEntry | undefined;
  private look: (() => Promise<void>) | undefined;

  /** @param onSilent told once of each node that is silent for too long, until it is heard again */
  constructor(
    private readonly options: SuspicionOptions,
    private readonly onSilent: (nodeId: string) => void,
  ) {
    this.graceMs = options.suspectAfterMs / 5;
  }

  /** Before anybody is suspected what is known is brought up to date, if that takes no longer than the margin. */
  lookBefore(look: () => Promise<void>): void {
    this.look = look;
  }

  /** A sign of life, so many milliseconds ago. */
  heard(nodeId: string, ageMs = 0): void {
    const { clock, timetable, selfNodeId, suspectAfterMs } = this.options;
    if (nodeId === selfNodeId) return;
    this.heardAtMs.delete(nodeId);
    this.heardAtMs.set(nodeId, clock.monotonicMs() - ageMs);
    const delayMs = Math.max(0, suspectAfterMs - ageMs);
    if (this.sweep !== undefined && this.sweep.dueMs <= clock.monotonicMs() + delayMs) return;
    if (this.sweep !== undefined) timetable.remove(this.sweep);
    this.sweep = this.sweepAfter(delayMs);
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
    if (this.look === undefined || this.silentAt(nowMs).length === 0) return this.tell();
    // Whatever comes first: the answer, or the end of the margin.
    let isTold = false;
    const tellOnce = (): void => {
      if (isTold) return;
      isTold = true;
      if (this.sweep === waiting) this.options.timetable.remove(waiting);
      this.sweep = undefined;
      this.tell();
    };
    const waiting = this.options.timetable.after(this.graceMs, tellOnce);
    this.sweep = waiting;
    void this.look().then(tellOnce, tellOnce);
  }

  private silentAt(nowMs: number): readonly string[] {
    const silent: string[] = [];
    for (const [nodeId, heardAtMs] of this.heardAtMs) {
      if (heardAtMs + this.options.suspectAfterMs <= nowMs) silent.push(nodeId);
    }
    return silent;
  }

  /** Tells of those that are silent, and looks again when the next may be. */
  private tell(): void {
    const { clock, suspectAfterMs } = this.options;
    const nowMs = clock.monotonicMs();
    const silent = this.silentAt(nowMs);
    for (const nodeId of silent) this.heardAtMs.delete(nodeId);
    let firstMs = Infinity;
    for (const heardAtMs of this.heardAtMs.values()) firstMs = Math.min(firstMs, heardAtMs);
    if (firstMs < Infinity) this.sweep = this.sweepAfter(firstMs + suspectAfterMs - nowMs);
    for (const nodeId of silent) this.onSilent(nodeId);
  }

  private disarm(): void {
    if (this.sweep !== undefined) this.options.timetable.remove(this.sweep);
    this.sweep = undefined;
  }
}
