import type { NodeDirectoryListener, Timetable } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import type { NodeRecord } from './node-record.js';

interface Present {
  readonly incarnation: number;
  readonly timeoutMs: number;
  lapsesAtMs: number;
}

/**
 * The nodes that one watcher knows, and when each lapses. A bucket drops an old record without a word (before
 * nats-server 2.11), so each watcher looks for itself: by its own monotonic clock, from when it heard of the node,
 * and never while it could not have heard.
 */
export class PresentNodes {
  private readonly known = new Map<string, Present>();
  private sweep: ReturnType<Timetable['after']> | undefined;
  private isClosed = false;

  constructor(
    private readonly listener: NodeDirectoryListener,
    private readonly clock: Clock,
    private readonly timetable: Timetable,
    private readonly canHear: () => boolean,
  ) {}

  has(nodeId: string): boolean {
    return this.known.has(nodeId);
  }

  /** A record came, or was found that is `ageMs` old. */
  heard({ node, timeoutMs }: NodeRecord, ageMs = 0): void {
    if (this.isClosed || ageMs >= timeoutMs) return;
    const { nodeId, incarnation } = node;
    const lapsesAtMs = this.clock.monotonicMs() + timeoutMs - ageMs;
    this.known.set(nodeId, { incarnation, timeoutMs, lapsesAtMs });
    this.arm();
    this.listener.present(node);
  }

  /** A goodbye of this incarnation, or of whichever is there. */
  left(nodeId: string, incarnation: number | undefined): void {
    const known = this.known.get(nodeId);
    if (this.isClosed || known === undefined) return;
    if (incarnation !== undefined && incarnation < known.incarnation) return;
    this.known.delete(nodeId);
    this.listener.left(nodeId);
  }

  /** The broker was away and is back: who is still there has a whole timeout to say so. */
  listenAnew(): void {
    const nowMs = this.clock.monotonicMs();
    for (const present of this.known.values()) {
      present.lapsesAtMs = Math.max(present.lapsesAtMs, nowMs + present.timeoutMs);
    }
  }

  close(): void {
    this.isClosed = true;
    if (this.sweep !== undefined) this.timetable.remove(this.sweep);
  }

  private arm(): void {
    if (this.isClosed || this.known.size === 0) return;
    const nextMs = Math.min(...Array.from(this.known.values(), ({ lapsesAtMs }) => lapsesAtMs));
    if (this.sweep !== undefined && this.sweep.dueMs <= nextMs) return;
    if (this.sweep !== undefined) this.timetable.remove(this.sweep);
    this.sweepAfter(Math.max(1, nextMs - this.clock.monotonicMs()));
  }

  private sweepAfter(delayMs: number): void {
    const dueMs = this.clock.monotonicMs() + delayMs;
    this.sweep = this.timetable.after(delayMs, () => {
      this.sweep = undefined;
      this.lookAt(dueMs);
    });
  }

  private lookAt(dueMs: number): void {
    if (this.known.size === 0) return;
    const nowMs = this.clock.monotonicMs();
    const shortestMs = Math.min(...Array.from(this.known.values(), ({ timeoutMs }) => timeoutMs));
    const graceMs = shortestMs / 5;
    // Late itself: this process stood still, and what was said meanwhile is yet to be read.
    if (!this.canHear() || nowMs - dueMs > graceMs) return this.sweepAfter(Math.max(1, graceMs));
    for (const [nodeId, { lapsesAtMs }] of this.known) if (lapsesAtMs <= nowMs) this.left(nodeId, undefined);
    this.arm();
  }
}
