import type { NodeChange, NodeInfo } from '../contracts/node-info.js';
import type { NodeDirectoryListener } from '../ports/node-directory.js';
import type { CatgaError } from '../errors/catga-error.js';
import { dialectError, isSameDialect } from './dialect.js';
import type { Dialect } from './dialect.js';
import { InterestIndex, haveSameInterests } from './interest-index.js';
import type { EventSubscribers } from './interest-index.js';
import { KnownNode } from './known-node.js';
import { NodeWatcher } from './node-watcher.js';
import { Suspicion } from './suspicion.js';
import type { SuspicionOptions } from './suspicion.js';

/** Of a registry that belongs to no node. */
const ANY: Dialect = Object.freeze({ protocolVersion: 0, serializer: '' });

/** The nodes as this one sees them, who of them wants what, and whoever watches them. */
export class NodeRegistry implements NodeDirectoryListener {
  private readonly known = new Map<string, KnownNode>();
  private readonly index = new InterestIndex();
  /** The same for the nodes that do not understand this one: nothing is sent to them. */
  private readonly incompatible = new InterestIndex();
  private readonly suspicion: Suspicion | undefined;
  private readonly listeners = new Set<(change: NodeChange) => void>();
  private readonly watchers = new Set<NodeWatcher>();
  private isClosed = false;

  /**
   * @param suspicion without it nobody is suspected unless the directory says so
   * @param dialect what this node speaks; without it every node is understood
   */
  constructor(
    suspicion?: SuspicionOptions,
    private readonly dialect: Dialect = ANY,
  ) {
    this.suspicion = suspicion && new Suspicion(suspicion, (nodeId) => this.suspect(nodeId));
  }

  /** The present nodes. */
  get nodes(): readonly NodeInfo[] {
    return Array.from(this.known.values(), ({ node }) => node);
  }

  /** The present incarnation of a node. */
  get(nodeId: string): KnownNode | undefined {
    return this.known.get(nodeId);
  }

  /** Who handles a request: the nodes alive, or the suspected if none is. Empty if nobody does. Not to be kept. */
  candidatesFor(name: string): readonly KnownNode[] {
    return this.index.candidatesFor(name);
  }

  /** Who gets a plain event. Not to be kept. */
  subscribersOf(eventName: string): EventSubscribers {
    return this.index.subscribersOf(eventName);
  }

  /** Who handles a request and does not understand this node. */
  incompatibleFor(name: string): readonly KnownNode[] {
    return this.incompatible.candidatesFor(name);
  }

  /** Who wants a plain event and does not understand this node. */
  incompatibleAmong(eventName: string): EventSubscribers {
    return this.incompatible.subscribersOf(eventName);
  }

  /** The error of what does not reach nodes because they do not understand this one. */
  dialectError(what: string, nodes: readonly KnownNode[]): CatgaError {
    return dialectError(
      what,
      nodes.map(({ node }) => node),
      this.dialect,
    );
  }

  present(node: NodeInfo, ageMs = 0): void {
    if (this.isClosed) return;
    const known = this.known.get(node.nodeId);
    if (known?.incarnation === node.incarnation) this.update(known, node, ageMs);
    // The late words of an earlier incarnation; unless the later one fell silent, and the clocks it was named by lied.
    else if (known === undefined || known.incarnation < node.incarnation || known.isSuspected) {
      if (known !== undefined) this.left(node.nodeId);
      this.join(new KnownNode(node, this.dialect === ANY || isSameDialect(this.dialect, node)), ageMs);
    }
  }

  left(nodeId: string): void {
    const known = this.known.get(nodeId);
    if (this.isClosed || known === undefined) return;
    this.known.delete(nodeId);
    this.suspicion?.forget(nodeId);
    this.indexOf(known).remove(known, known.node);
    this.tell({ type: 'left', node: known.node });
  }

  /** Before a node is suspected, `look` brings what is known up to date. */
  lookBeforeSuspicion(look: () => Promise<void>): void {
    this.suspicion?.lookBefore(look);
  }

  /** First the present nodes, then changes, until the reader stops or the registry closes. */
  watch(): AsyncIterableIterator<NodeChange> {
    const watcher = new NodeWatcher(() => this.watchers.delete(watcher));
    for (const { node } of this.known.values()) watcher.push({ type: 'joined', node });
    if (this.isClosed) watcher.end();
    else this.watchers.add(watcher);
    return watcher;
  }

  /** Tells of each change as it happens, within the call that made it. Returns how to stop. */
  listen(listener: (change: NodeChange) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Ends every watch after what it has not read yet. What was known stays, but nothing changes any more. */
  close(): void {
    this.isClosed = true;
    this.suspicion?.close();
    this.listeners.clear();
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  private join(known: KnownNode, ageMs: number): void {
    this.known.set(known.nodeId, known);
    this.suspicion?.heard(known.nodeId, ageMs);
    this.indexOf(known).add(known);
    this.tell({ type: 'joined', node: known.node });
  }

  private update(known: KnownNode, node: NodeInfo, ageMs: number): void {
    const before = known.node;
    this.suspicion?.heard(known.nodeId, ageMs);
    if (haveSameInterests(before, node) && before.service === node.service) {
      known.node = node;
      if (before.status !== node.status) this.indexOf(known).statusChanged(known);
    } else {
      this.indexOf(known).remove(known, before);
      known.node = node;
      this.indexOf(known).add(known);
    }
    const isNewlySuspected = node.status === 'suspected' && before.status === 'alive';
    this.tell({ type: isNewlySuspected ? 'suspected' : 'updated', node });
  }

  private suspect(nodeId: string): void {
    const known = this.known.get(nodeId);
    if (known === undefined || known.isSuspected) return;
    known.node = { ...known.node, status: 'suspected' };
    this.indexOf(known).statusChanged(known);
    this.tell({ type: 'suspected', node: known.node });
  }

  private indexOf({ isUnderstood }: KnownNode): InterestIndex {
    return isUnderstood ? this.index : this.incompatible;
  }

  private tell(change: NodeChange): void {
    for (const listener of this.listeners) listener(change);
    for (const watcher of this.watchers) watcher.push(change);
  }
}
