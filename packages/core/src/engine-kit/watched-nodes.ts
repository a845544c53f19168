import type { NodeInfo } from '../contracts/node-info.js';
import type { Clock } from '../ports/clock.js';
import type { NodeDirectoryListener } from '../ports/node-directory.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';
import type { DirectoryChange, DirectoryEntry, DirectoryStore, Heartbeat } from './directory-store.js';
import { decodeNodeChange, decodeNodeRecord, noNodeRecordError } from './node-record.js';
import type { NodeRecord } from './node-record.js';

interface Known {
  readonly node: NodeInfo;
  readonly timeoutMs: number;
  lapsesAtMs: number;
  /** Mark of the latest seen heartbeat; undefined before the first. */
  mark: string | undefined;
  /** Whether it was expired at the last read of the list. */
  isMissing: boolean;
}

/** Delay before the list is read again if a node is missing or the broker did not reply, in milliseconds. */
const READ_AGAIN_AFTER_MS = 250;

/**
 * Known nodes of one watcher. Records and goodbyes arrive as changes. The list of heartbeats is read with each heartbeat
 * of this node, and when a known node is due to expire.
 * Only the broker's clock decides on expiry. The list is read twice, since a broker that was suspended may answer
 * before it reads the heartbeats that waited. No node is reported as left while the broker is unreachable, nor before
 * all nodes had time to announce themselves after an outage.
 */
export class WatchedNodes {
  private readonly known = new Map<string, Known>();
  /** Nodes with changes since the read began: the read has an older state of them. */
  private readonly toldOf = new Set<string>();
  private readonly ends: (() => void)[] = [];
  private timer: TimetableEntry | undefined;
  private reading: Promise<void> | undefined;
  /** The last read had no reply, or a late one, so that heartbeats may have been delayed as well. */
  private wasDeaf = false;
  private isClosed = false;

  /** @param readEveryMs maximum interval between reads of the list, in milliseconds */
  constructor(
    private readonly store: DirectoryStore,
    private readonly listener: NodeDirectoryListener,
    private readonly clock: Clock,
    private readonly timetable: Timetable,
    private readonly readEveryMs: number,
  ) {}

  /** Subscribes before the first read, so that no change is missed. */
  async open(): Promise<void> {
    this.ends.push(await this.store.listen((change) => this.changed(change)));
    this.ends.push(
      this.store.onReturn(() => {
        this.listenAnew();
        // Retried with the next heartbeats.
        void this.readAll().catch(() => {});
      }),
    );
    await this.readAll();
    this.arm(this.readEveryMs);
  }

  /** Reads the list of heartbeats. Never rejects. */
  look(): Promise<void> {
    return (this.reading ??= this.lookOnce().finally(() => (this.reading = undefined)));
  }

  close(): void {
    this.isClosed = true;
    for (const end of this.ends.splice(0)) end();
    if (this.timer !== undefined) this.timetable.remove(this.timer);
  }

  private changed({ key, bytes }: DirectoryChange): void {
    if (this.isClosed) return;
    const change = decodeNodeChange(bytes);
    const nodeId = change && ('node' in change ? change.node.nodeId : change.goodbyeOf);
    if (change === undefined || !(key === '' || key === nodeId)) {
      this.listener.refused?.(noNodeRecordError(key));
    } else if ('node' in change) {
      this.toldOf.add(change.node.nodeId);
      this.joined(change);
    } else {
      this.toldOf.add(change.goodbyeOf);
      const known = this.known.get(change.goodbyeOf);
      if (known?.node.incarnation === change.incarnation) this.left(change.goodbyeOf);
    }
  }

  private async readAll(): Promise<void> {
    this.toldOf.clear();
    const [heartbeats, entries] = await Promise.all([this.store.readHeartbeats(), this.store.readEntries()]);
    const latest = new Map(heartbeats.map((heartbeat) => [heartbeat.nodeId, heartbeat]));
    for (const entry of entries) this.found(entry, latest.get(entry.nodeId));
  }

  /** Handles an entry, with its node's heartbeat, if there is one. */
  private found(entry: DirectoryEntry, heartbeat: Heartbeat | undefined): void {
    const { nodeId } = entry;
    if (this.isClosed || this.toldOf.has(nodeId)) return;
    const record = decodeNodeRecord(nodeId, entry.bytes);
    if (record === undefined) return this.listener.refused?.(noNodeRecordError(nodeId));
    if (heartbeat?.incarnation === record.node.incarnation && heartbeat.ageMs < record.timeoutMs)
      this.joined(record, heartbeat);
  }

  private async lookOnce(): Promise<void> {
    let nextMs = this.readEveryMs;
    try {
      const askedMs = this.clock.monotonicMs();
      const heartbeats = await this.store.readHeartbeats();
      if (this.isClosed) return;
      // A broker that was paused or busy for that long has not stored heartbeats either.
      if (this.clock.monotonicMs() - askedMs >= this.readEveryMs) this.wasDeaf = true;
      // The reply of a restarted broker, before nodes could announce themselves.
      if (!this.store.isUp) return this.arm(READ_AGAIN_AFTER_MS);
      const unknown = heartbeats.filter((heartbeat) => !this.heard(heartbeat));
      for (const heartbeat of unknown) await this.meet(heartbeat);
      if (this.wasDeaf) this.listenAnew();
      nextMs = this.sweep();
    } catch {
      // The broker is away or busy: retry later.
      this.wasDeaf = true;
      nextMs = READ_AGAIN_AFTER_MS;
    }
    this.arm(nextMs);
  }

  /** Whether the heartbeat is of a known node, or of one that has left. */
  private heard({ nodeId, incarnation, mark, ageMs, timeoutMs, load }: Heartbeat): boolean {
    const known = this.known.get(nodeId);
    if (known?.node.incarnation !== incarnation) return ageMs >= timeoutMs;
    const isFirst = known.mark === undefined;
    if (known.mark === mark) return true;
    known.mark = mark;
    // A node with new heartbeats is present, whatever clock stamped them.
    this.promise(known, isFirst ? ageMs : Math.min(ageMs, known.timeoutMs / 2));
    if (!isFirst || !haveSameLoad(load, known.node.load))
      this.listener.present({ ...known.node, load }, ageMs);
    return true;
  }

  /** Reads the record of a node that is known by its heartbeat only. */
  private async meet(heartbeat: Heartbeat): Promise<void> {
    this.toldOf.delete(heartbeat.nodeId);
    const entry = await this.store.readEntry(heartbeat.nodeId);
    if (entry !== undefined) this.found(entry, heartbeat);
  }

  private joined({ node, timeoutMs }: NodeRecord, heartbeat?: Heartbeat): void {
    const known: Known = { node, timeoutMs, lapsesAtMs: 0, mark: heartbeat?.mark, isMissing: false };
    this.promise(known, heartbeat?.ageMs ?? 0);
    this.known.set(node.nodeId, known);
    const seen = heartbeat === undefined ? node : { ...node, load: heartbeat.load };
    this.listener.present(seen, heartbeat?.ageMs ?? 0);
  }

  /** Never shortens an expiry: a heartbeat may be older than an outage of the broker. */
  private promise(known: Known, ageMs: number): void {
    const lapsesAtMs = this.clock.monotonicMs() + known.timeoutMs - ageMs;
    known.lapsesAtMs = Math.max(known.lapsesAtMs, lapsesAtMs);
    known.isMissing = false;
  }

  private left(nodeId: string): void {
    if (this.known.delete(nodeId)) this.listener.left(nodeId);
  }

  /** Reconnected, possibly to an empty broker: present nodes have a full timeout to announce themselves. */
  private listenAnew(): void {
    this.wasDeaf = false;
    for (const known of this.known.values()) this.promise(known, 0);
  }

  /** Handles expired nodes. Returns the delay of the next read, in milliseconds. */
  private sweep(): number {
    const nowMs = this.clock.monotonicMs();
    let nextMs = this.readEveryMs;
    for (const [nodeId, known] of this.known) {
      if (known.lapsesAtMs > nowMs) nextMs = Math.min(nextMs, known.lapsesAtMs - nowMs);
      else if (known.isMissing) this.left(nodeId);
      else {
        known.isMissing = true;
        nextMs = Math.min(nextMs, READ_AGAIN_AFTER_MS);
      }
    }
    return Math.max(1, nextMs);
  }

  private arm(delayMs: number): void {
    if (this.timer !== undefined) this.timetable.remove(this.timer);
    if (this.isClosed) return;
    this.timer = this.timetable.after(delayMs, () => {
      this.timer = undefined;
      void this.look();
    });
  }
}

function haveSameLoad(one: NodeInfo['load'], other: NodeInfo['load']): boolean {
  return (
    one.inFlight === other.inFlight &&
    one.queued === other.queued &&
    one.unanswered === other.unanswered &&
    one.handled === other.handled
  );
}
