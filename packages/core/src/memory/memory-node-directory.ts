import type { NodeInfo } from '../contracts/node-info.js';
import { nodeIdTakenError } from '../errors/message-errors.js';
import type { NodeAddress } from '../ports/links.js';
import type { NodeDirectoryListener } from '../ports/node-directory.js';
import { afterThis } from '../time/next-turn.js';
import type { Timetable, TimetableEntry } from '../time/timetable.js';

interface NodeRecord {
  readonly node: NodeInfo;
  readonly lapse: TimetableEntry;
}

/** Node directory of one namespace, shared by its connections. */
export class MemoryNodeDirectory {
  private readonly records = new Map<string, NodeRecord>();
  private readonly listeners = new Set<NodeDirectoryListener>();

  constructor(
    private readonly monotonicMs: () => number,
    private readonly timetable: Timetable,
  ) {}

  /** Registers a node; its record expires after `timeoutMs` unless it is refreshed. */
  announce(node: NodeInfo, timeoutMs: number): void {
    const before = this.records.get(node.nodeId);
    if (before !== undefined) this.timetable.remove(before.lapse);
    const lapse = this.timetable.after(timeoutMs, () => this.withdraw(node));
    this.records.set(node.nodeId, { node, lapse });
    this.tell((listener) => listener.present(node));
  }

  /** Updates and renews a node's record. */
  refresh(node: NodeInfo, timeoutMs: number): void {
    const { nodeId, incarnation } = node;
    const present = this.records.get(nodeId)?.node.incarnation ?? incarnation;
    if (present !== incarnation) throw nodeIdTakenError(nodeId, incarnation, present);
    this.announce(node, timeoutMs);
  }

  /** Removes a node that left or whose record expired. */
  withdraw({ nodeId, incarnation }: NodeAddress): void {
    const record = this.records.get(nodeId);
    if (record === undefined || record.node.incarnation !== incarnation) return;
    this.timetable.remove(record.lapse);
    this.records.delete(nodeId);
    this.tell((listener) => listener.left(nodeId));
  }

  /** Reports the present nodes before it returns, and changes a microtask after they happen. */
  watch(listener: NodeDirectoryListener): () => void {
    this.withdrawLapsed();
    // A new object each time, so that one listener may watch twice.
    const watcher: NodeDirectoryListener = {
      present: (node) => listener.present(node),
      left: (nodeId) => listener.left(nodeId),
    };
    this.listeners.add(watcher);
    for (const { node } of this.records.values()) listener.present(node);
    return () => void this.listeners.delete(watcher);
  }

  /** Removes records that expired while no client was connected, since no timer ran then. */
  private withdrawLapsed(): void {
    const nowMs = this.monotonicMs();
    for (const { node, lapse } of this.records.values()) if (lapse.dueMs <= nowMs) this.withdraw(node);
  }

  private tell(report: (listener: NodeDirectoryListener) => void): void {
    for (const listener of this.listeners) {
      afterThis(() => {
        if (this.listeners.has(listener)) report(listener);
      });
    }
  }
}
