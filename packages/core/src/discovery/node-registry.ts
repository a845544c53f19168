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

/** Placeholder for a registry without a node. */
const ANY: Dialect = Object.freeze({ protocolVersion: 0, serializer: '' });

/** Registry of known nodes, their interests, and watchers. */
export class NodeRegistry implements NodeDirectoryListener {
  private readonly known = new Map<string, KnownNode>();
  private readonly index = new InterestIndex();
  /** The same for incompatible nodes, to which nothing is sent. */
  private readonly incompatible = new InterestIndex();
  private readonly suspicion: Suspicion | undefined;
  private readonly listeners = new Set<(change: NodeChange) => void>();
  private readonly watchers = new Set<NodeWatcher>();
  private isClosed = false;

  /**
   * @param suspicion without it only the directory marks nodes as suspected
   * @param dialect protocol and serializer of this node; without it every node is compatible
   */
  constructor(
    suspicion?: SuspicionOptions,
    private readonly dialect: Dialect = ANY,
  ) {
    this.suspicion = suspicion && new Suspicion(suspicion, (nodeId) => this.suspect(nodeId));
  }

  /** The present nodes, without tools. */
  get nodes(): readonly NodeInfo[] {
    return Array.from(this.known.values(), ({ node }) => node).filter((node) => !isTool(node));
  }

  /** The present incarnation of a node. */
  get(nodeId: string): KnownNode | undefined {
    return this.known.get(nodeId);
  }

  /** Candidates of a request: the nodes alive, or the suspected if none is. Do not keep the list. */
  candidatesFor(name: string): readonly KnownNode[] {
    return this.index.candidatesFor(name);
  }

  /** Receivers of a plain event. Do not keep the object. */
  subscribersOf(eventName: string): EventSubscribers {
    return this.index.subscribersOf(eventName);
  }

  /** Incompatible nodes that handle a request. */
  incompatibleFor(name: string): readonly KnownNode[] {
    return this.incompatible.candidatesFor(name);
  }

  /** Incompatible nodes that subscribe to a plain event. */
  incompatibleAmong(eventName: string): EventSubscribers {
    return this.incompatible.subscribersOf(eventName);
  }

  /** Error of a message that only incompatible nodes handle. */
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
    // A late record of an earlier incarnation; unless the later one is silent, and its clock was wrong.
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

  /** `look` refreshes the heartbeats before a node is suspected. */
  lookBeforeSuspicion(look: () => Promise<void>): void {
    this.suspicion?.lookBefore(look);
  }

  /** Yields the present nodes, then changes, without tools, until the reader stops or the registry closes. */
  watch(): AsyncIterableIterator<NodeChange> {
    const watcher = new NodeWatcher(() => this.watchers.delete(watcher));
    for (const node of this.nodes) watcher.push({ type: 'joined', node });
    if (this.isClosed) watcher.end();
    else this.watchers.add(watcher);
    return watcher;
  }

  /** Calls back synchronously with each change. Returns a function that stops. */
  listen(listener: (change: NodeChange) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Ends every watch after its unread changes. Known nodes stay, but do not change any more. */
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
    if (isTool(change.node)) return;
    for (const watcher of this.watchers) watcher.push(change);
  }
}

function isTool({ role }: NodeInfo): boolean {
  return role === 'tool';
}
