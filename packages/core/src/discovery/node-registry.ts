import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import type { NodeDirectoryListener } from '../ports/node-directory.js';

/** The nodes as this one sees them, and whoever watches them. */
export class NodeRegistry implements NodeDirectoryListener {
  private readonly known = new Map<string, NodeInfo>();
  private readonly watchers = new Set<NodeWatcher>();
  private isClosed = false;

  /** The present nodes. */
  get nodes(): readonly NodeInfo[] {
    return [...this.known.values()];
  }

  present(node: NodeInfo): void {
    const before = this.known.get(node.nodeId);
    this.known.set(node.nodeId, node);
    this.tell({ type: typeOfChange(before, node), node });
  }

  left(nodeId: string): void {
    const node = this.known.get(nodeId);
    if (node === undefined) return;
    this.known.delete(nodeId);
    this.tell({ type: 'left', node });
  }

  /** First the present nodes, then changes, until the reader stops or the registry closes. */
  watch(): AsyncIterableIterator<NodeChange> {
    const watcher = new NodeWatcher(() => this.watchers.delete(watcher));
    for (const node of this.known.values()) watcher.push({ type: 'joined', node });
    if (this.isClosed) watcher.end();
    else this.watchers.add(watcher);
    return watcher;
  }

  /** Ends every watch after what it has not read yet. */
  close(): void {
    this.isClosed = true;
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  private tell(change: NodeChange): void {
    for (const watcher of this.watchers) watcher.push(change);
  }
}

function typeOfChange(before: NodeInfo | undefined, now: NodeInfo): NodeChange['type'] {
  if (before === undefined || before.incarnation !== now.incarnation) return 'joined';
  return now.status === 'suspected' && before.status === 'alive' ? 'suspected' : 'updated';
}

/**
 * One reader's stream of changes. It holds at most one change for each node: a reader that falls behind misses
 * intermediate states, never the latest, and never another reader's.
 */
class NodeWatcher implements AsyncIterableIterator<NodeChange> {
  private readonly pending = new Map<string, NodeChange>();
  private waiting: (() => void)[] = [];
  private ended = false;

  constructor(private readonly onReturn: () => void) {}

  push(change: NodeChange): void {
    const { nodeId } = change.node;
    const unread = this.pending.get(nodeId);
    const stillNew = unread?.type === 'joined' && change.type !== 'left';
    this.pending.delete(nodeId);
    this.pending.set(nodeId, stillNew ? { type: 'joined', node: change.node } : change);
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async next(): Promise<IteratorResult<NodeChange>> {
    for (;;) {
      for (const [nodeId, change] of this.pending) {
        this.pending.delete(nodeId);
        return { done: false, value: change };
      }
      if (this.ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  return(): Promise<IteratorResult<NodeChange>> {
    this.pending.clear();
    this.end();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private wake(): void {
    for (const look of this.waiting.splice(0)) look();
  }
}
