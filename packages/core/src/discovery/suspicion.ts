import type { Clock } from '../ports/clock.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

/** Parameters of suspicion. */
export interface SuspicionOptions {
  readonly clock: Clock;
  readonly timetable: Timetable;
  /** Silence after which a node is suspected, in milliseconds. */
  readonly suspectAfterMs: number;
  /** This node, which does not suspect itself. */
  readonly selfNodeId: string;
}

/**
 * Time without a heartbeat after which a node is suspected, in milliseconds: two and a half intervals, to tolerate one
 * late or lost heartbeat, but at most three quarters of the way from the first missed one to the timeout.
 */
export function suspectAfterMs({ intervalMs, timeoutMs }: HeartbeatTimes): number {
  return Math.min(2.5 * intervalMs, timeoutMs - (timeoutMs - intervalMs) / 4);
}

interface HeartbeatTimes {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/**
 * Detection of silent nodes by this node's monotonic clock. One timetable entry serves all nodes, and exists only while
 * there are any.
 */
export class Suspicion {
  /** Time of the latest heartbeat per node. */
  private readonly heardAtMs = new Map<string, number>();
  private readonly graceMs: number;
  private sweep: TimetableEntry | undefined;
  private look: (() => Promise<void>) | undefined;

  /** @param onSilent called once for each silent node, until its next heartbeat */
  constructor(
    private readonly options: SuspicionOptions,
    private readonly onSilent: (nodeId: string) => void,
  ) {
    this.graceMs = options.suspectAfterMs / 5;
  }

  /** Refreshes the heartbeats before a suspicion, for at most the margin. */
  lookBefore(look: () => Promise<void>): void {
    this.look = look;
  }

  /** Registers a heartbeat, `ageMs` milliseconds ago. */
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

  /** Stops the detection. */
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
    // The timer is late: this process was suspended, and heartbeats of others are still unread.
    if (nowMs - dueMs > this.graceMs) {
      this.sweep = this.sweepAfter(this.graceMs);
      return;
    }
    if (this.look === undefined || this.silentAt(nowMs).length === 0) return this.tell();
    // The reply or the end of the margin, whichever is first.
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

  /** Reports silent nodes, and schedules the next check. */
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
