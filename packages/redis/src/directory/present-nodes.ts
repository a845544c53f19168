import type { Clock, NodeDirectoryListener, Timetable } from '@catga/core/engine';
import type { NodeRecord } from './node-record.js';

interface Present {
  readonly incarnation: number;
  readonly timeoutMs: number;
  lapsesAtMs: number;
  /** The server had no record of it when it was asked last. */
  isMissing?: boolean;
}

/** Records that the server has, with the milliseconds that each still stands. */
export type Snapshot = readonly { readonly record: NodeRecord; readonly leftMs: number }[];

/** How soon the server is asked again that could not be asked, or had no record, in milliseconds. */
const ASKED_AGAIN_AFTER_MS = 250;

/**
 * The nodes that one watcher knows. A record that lapses says no word of it, so the watcher asks the server when the time
 * of one it knows is over: by the server's clock it lapsed, or it did not. It asks twice, since a server that stood still
 * may answer one who asks before it takes the heartbeats that waited. Nobody is taken for gone while the server cannot be
 * asked, nor before all had time to announce themselves to one that was away.
 */
export class PresentNodes {
  private readonly known = new Map<string, Present>();
  private question: ReturnType<Timetable['after']> | undefined;
  /** The last question had no answer, and heartbeats of then may have had none. */
  private wasDeaf = false;
  private isClosed = false;

  constructor(
    private readonly listener: NodeDirectoryListener,
    private readonly clock: Clock,
    private readonly timetable: Timetable,
    private readonly read: () => Promise<Snapshot>,
    private readonly canHear: () => boolean,
  ) {}

  /** A record came, or was found that stands for `leftMs` more. */
  heard({ node, timeoutMs }: NodeRecord, leftMs = timeoutMs): void {
    const { nodeId, incarnation } = node;
    const known = this.known.get(nodeId);
    if (this.isClosed) return;
    const standsUntilMs = this.clock.monotonicMs() + leftMs;
    // What was read may be older than what was promised to this start of the node.
    const lapsesAtMs =
      known?.incarnation === incarnation ? Math.max(known.lapsesAtMs, standsUntilMs) : standsUntilMs;
    this.known.set(nodeId, { incarnation, timeoutMs, lapsesAtMs });
    this.arm();
    this.listener.present(node);
  }

  /** A goodbye of this incarnation. */
  left(nodeId: string, incarnation: number): void {
    const known = this.known.get(nodeId);
    if (this.isClosed || known?.incarnation !== incarnation) return;
    this.known.delete(nodeId);
    this.listener.left(nodeId);
  }

  /** The broker was away and is back, perhaps empty: who is still there has a whole timeout to say so. */
  listenAnew(): void {
    this.wasDeaf = false;
    const nowMs = this.clock.monotonicMs();
    for (const present of this.known.values()) {
      present.lapsesAtMs = Math.max(present.lapsesAtMs, nowMs + present.timeoutMs);
      present.isMissing = false;
    }
  }

  close(): void {
    this.isClosed = true;
    if (this.question !== undefined) this.timetable.remove(this.question);
  }

  /** Asks when the first is due; a heartbeat that came meanwhile only means that there is another first. */
  private arm(): void {
    if (this.isClosed || this.question !== undefined || this.known.size === 0) return;
    let nextMs = Infinity;
    for (const { lapsesAtMs } of this.known.values()) nextMs = Math.min(nextMs, lapsesAtMs);
    this.askAfter(Math.max(1, nextMs - this.clock.monotonicMs()));
  }

  private askAfter(delayMs: number): void {
    if (this.isClosed) return;
    this.question = this.timetable.after(delayMs, () => void this.lookAtDue());
  }

  private async lookAtDue(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    const due = [...this.known].filter(([, { lapsesAtMs }]) => lapsesAtMs <= nowMs);
    try {
      const snapshot = due.length > 0 ? await this.read() : [];
      // Answered by a broker that is just back, before anybody could announce himself.
      if (!this.canHear()) return this.askAfter(ASKED_AGAIN_AFTER_MS);
      if (this.wasDeaf) this.listenAnew();
      this.compare(due, snapshot);
      this.question = undefined;
      if ([...this.known.values()].some(({ isMissing }) => isMissing)) this.askAfter(ASKED_AGAIN_AFTER_MS);
      else this.arm();
    } catch {
      // The broker is away, or busy. It is asked when it may be back.
      this.wasDeaf = true;
      this.askAfter(ASKED_AGAIN_AFTER_MS);
    }
  }

  private compare(due: readonly (readonly [string, Present])[], snapshot: Snapshot): void {
    const standing = new Map(snapshot.map((entry) => [entry.record.node.nodeId, entry]));
    for (const [nodeId, present] of due) {
      // Heard of meanwhile, or given more time.
      if (this.known.get(nodeId) !== present || present.lapsesAtMs > this.clock.monotonicMs()) continue;
      const found = standing.get(nodeId);
      if (found !== undefined) this.heard(found.record, found.leftMs);
      else if (present.isMissing) this.left(nodeId, present.incarnation);
      else present.isMissing = true;
    }
  }
}
