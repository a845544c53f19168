import type { NodeInfo } from '../contracts/node-info.js';
import { nodeIdTakenError } from '../errors/message-errors.js';
import type { Clock } from '../ports/clock.js';
import type { NodeAddress } from '../ports/links.js';
import type { NodeDirectory, NodeDirectoryListener } from '../ports/node-directory.js';
import { Timetable } from '../time/timetable.js';
import type { DirectoryStore } from './directory-store.js';
import { WatchedNodes } from './watched-nodes.js';

/** Node directory over a {@link DirectoryStore}: when to write, and how to interpret changes. */
export class BrokerNodeDirectory implements NodeDirectory {
  private readonly timetable: Timetable;
  private readonly watches = new Set<WatchedNodes>();
  /** Announced record per node, without its load. */
  private readonly announced = new Map<string, string>();

  constructor(
    private readonly store: DirectoryStore,
    private readonly clock: Clock,
    private readonly heartbeatTimeoutMs: number,
  ) {
    this.timetable = new Timetable(clock);
  }

  async announce(node: NodeInfo): Promise<void> {
    await this.store.announce({ node, timeoutMs: this.heartbeatTimeoutMs });
    this.announced.set(node.nodeId, withoutLoad(node));
  }

  /** A suspended incarnation must not replace the next one. */
  async refresh(node: NodeInfo): Promise<void> {
    const { nodeId, incarnation } = node;
    const facts = withoutLoad(node);
    const hasChanged = this.announced.get(nodeId) !== facts;
    const taken = await this.store.beat({ node, timeoutMs: this.heartbeatTimeoutMs }, hasChanged);
    if (taken !== undefined) throw nodeIdTakenError(nodeId, incarnation, taken);
    this.announced.set(nodeId, facts);
    for (const watch of this.watches) void watch.look();
  }

  async withdraw(node: NodeAddress): Promise<void> {
    this.announced.delete(node.nodeId);
    await this.store.withdraw(node);
  }

  async watch(listener: NodeDirectoryListener): Promise<() => void> {
    const { store, clock, timetable, heartbeatTimeoutMs } = this;
    // A node with heartbeats reads more often.
    const watch = new WatchedNodes(store, listener, clock, timetable, heartbeatTimeoutMs / 2);
    const stop = (): void => {
      watch.close();
      this.watches.delete(watch);
    };
    this.watches.add(watch);
    try {
      await watch.open();
    } catch (thrown) {
      stop();
      throw thrown;
    }
    return stop;
  }

  async look(): Promise<void> {
    await Promise.all(Array.from(this.watches, (watch) => watch.look()));
  }

  /** Ends every watch. */
  close(): void {
    for (const watch of this.watches) watch.close();
    this.watches.clear();
    this.timetable.clear();
  }
}

function withoutLoad(node: NodeInfo): string {
  return JSON.stringify({ ...node, load: undefined });
}
