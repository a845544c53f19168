import type { NodeChange } from '../contracts/node-info.js';

/** Unread changes of one node. */
interface Unread {
  /** The incarnation known to the reader, which has left. */
  readonly left: NodeChange | undefined;
  /** Current state of the node; undefined if it has left. */
  readonly now: NodeChange | undefined;
}

/**
 * Stream of changes of one reader. It holds at most two changes per node: the known incarnation has left, and
 * the current state. A slow reader misses intermediate changes, never the latest one, and does not affect other
 * readers.
 */
export class NodeWatcher implements AsyncIterableIterator<NodeChange> {
  private readonly unread = new Map<string, Unread>();
  private waiting: (() => void)[] = [];
  private ended = false;

  constructor(private readonly onReturn: () => void) {}

  push(change: NodeChange): void {
    const { nodeId } = change.node;
    const unread = this.unread.get(nodeId);
    const after = unread === undefined ? first(change) : followedBy(unread, change);
    this.unread.delete(nodeId);
    if (after.left !== undefined || after.now !== undefined) this.unread.set(nodeId, after);
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async next(): Promise<IteratorResult<NodeChange>> {
    for (;;) {
      const change = this.take();
      if (change !== undefined) return { done: false, value: change };
      if (this.ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  return(): Promise<IteratorResult<NodeChange>> {
    this.unread.clear();
    this.end();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): NodeChange | undefined {
    for (const [nodeId, { left, now }] of this.unread) {
      if (left === undefined || now === undefined) this.unread.delete(nodeId);
      else this.unread.set(nodeId, { left: undefined, now });
      return left ?? now;
    }
    return undefined;
  }

  private wake(): void {
    for (const look of this.waiting.splice(0)) look();
  }
}

function first(change: NodeChange): Unread {
  return change.type === 'left' ? { left: change, now: undefined } : { left: undefined, now: change };
}

function followedBy({ left, now }: Unread, change: NodeChange): Unread {
  const isUnknown = now?.type === 'joined';
  // An incarnation that came and left unread is not reported.
  if (change.type === 'left') return { left: left ?? (isUnknown ? undefined : change), now: undefined };
  return { left, now: isUnknown ? { type: 'joined', node: change.node } : change };
}
