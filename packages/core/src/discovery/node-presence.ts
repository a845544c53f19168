import type { NodeInfo, NodeLoad } from '../contracts/node-info.js';
import type { CatgaError } from '../errors/catga-error.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import type { NodeRegistry } from './node-registry.js';

/** Messages that a node handles. */
export type NodeInterests = Pick<NodeInfo, 'handles' | 'subscribes' | 'subscribesAsNode'>;

/** What a node has sent and published. */
export type NodeSends = Pick<NodeInfo, 'sends' | 'publishes'>;

/** This node's entry in the directory. */
export class NodePresence {
  private stopWatching: (() => void) | undefined;
  private directory: NodeDirectory | undefined;

  constructor(
    private readonly identity: Omit<NodeInfo, keyof (NodeInterests & NodeSends) | 'load' | 'status'>,
    private readonly registry: NodeRegistry,
    private readonly interests: () => NodeInterests & NodeSends,
    private readonly load: () => NodeLoad,
    /** Called for invalid entries of the directory. */
    private readonly refused: (error: CatgaError) => void = () => {},
  ) {}

  /** Current record of this node. */
  get self(): NodeInfo {
    return { ...this.identity, ...this.interests(), load: this.load(), status: 'alive' };
  }

  /** Watches the directory, then announces this node. */
  async announce(directory: NodeDirectory): Promise<void> {
    this.directory = directory;
    const { registry, refused } = this;
    if (directory.look !== undefined)
      registry.lookBeforeSuspicion(() => directory.look?.() ?? Promise.resolve());
    this.stopWatching = await directory.watch({
      present: (node, ageMs) => registry.present(node, ageMs),
      left: (nodeId) => registry.left(nodeId),
      refused,
    });
    await directory.announce(this.self);
  }

  /** A heartbeat. */
  async beat(): Promise<void> {
    await this.directory?.refresh(this.self);
  }

  /** Goodbye: no new requests arrive after it. */
  async withdraw(): Promise<void> {
    const { directory } = this;
    this.directory = undefined;
    const { nodeId, incarnation } = this.identity;
    await directory?.withdraw({ nodeId, incarnation });
  }

  /** Ends every watch. */
  close(): void {
    this.stopWatching?.();
    this.registry.close();
  }
}
