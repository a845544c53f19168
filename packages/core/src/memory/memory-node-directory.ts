import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeDirectoryListener } from '../ports/node-directory.js';
import { afterThis } from '../time/next-turn.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

interface NodeRecord {
  readonly node: NodeInfo;
  readonly lapse: TimetableEntry;
}

/** The nodes of one namespace, shared by its connections. */
export class MemoryNodeDirectory {
  private readonly records = new Map<string, NodeRecord>();
  private readonly listeners = new Set<NodeDirectoryListener>();

  constructor(
    private readonly monotonicMs: () => number,
    private readonly timetable: Timetable,
  ) {}

  /** Makes the node known, or brings it up to date; its record lapses after `timeoutMs` unless this is repeated. */
  keep(node: NodeInfo, timeoutMs: number): void {
    const before = this.records.get(node.nodeId);
    if (before !== undefined) this.timetable.remove(before.lapse);
    const lapse = this.timetable.after(timeoutMs, () => this.withdraw(node.nodeId));
    this.records.set(node.nodeId, { node, lapse });
    this.tell((listener) => listener.present(node));
  }

  /** A goodbye, said or presumed. */
  withdraw(nodeId: string): void {
    const record = this.records.get(nodeId);
    if (record === undefined) return;
    this.timetable.remove(record.lapse);
    this.records.delete(nodeId);
    this.tell((listener) => listener.left(nodeId));
  }

  /** Tells of the present nodes before it returns, and of changes a microtask after they happen. */
  watch(listener: NodeDirectoryListener): () => void {
    this.withdrawLapsed();
    // Its own object, so that one listener may watch twice.
    const watcher: NodeDirectoryListener = {
      present: (node) => listener.present(node),
      left: (nodeId) => listener.left(nodeId),
    };
    this.listeners.add(watcher);
    for (const { node } of this.records.values()) listener.present(node);
    return () => void this.listeners.delete(watcher);
  }

  /** While nobody was connected no timer ran: what lapsed then has left before anyone looks. */
  private withdrawLapsed(): void {
    const nowMs = this.monotonicMs();
    for (const [nodeId, { lapse }] of this.records) if (lapse.dueMs <= nowMs) this.withdraw(nodeId);
  }

  private tell(report: (listener: NodeDirectoryListener) => void): void {
    for (const listener of this.listeners) {
      afterThis(() => {
        if (this.listeners.has(listener)) report(listener);
      });
    }
  }
}
