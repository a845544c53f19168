import type { NodeInfo, NodeLoad } from '../contracts/node-info.js';
import type { CatgaError } from '../errors/catga-error.js';
import type { NodeDirectory } from '../ports/node-directory.js';
import type { NodeRegistry } from './node-registry.js';

/** Which messages a node wants. */
export type NodeInterests = Pick<NodeInfo, 'handles' | 'subscribes' | 'subscribesAsNode'>;

/** How this node shows itself to the others. */
export class NodePresence {
  private stopWatching: (() => void) | undefined;
  private directory: NodeDirectory | undefined;

  constructor(
    private readonly identity: Omit<NodeInfo, keyof NodeInterests | 'load' | 'status'>,
    private readonly registry: NodeRegistry,
    private readonly interests: () => NodeInterests,
    private readonly load: () => NodeLoad,
    /** Told of what is in the directory and is no node. */
    private readonly refused: (error: CatgaError) => void = () => {},
  ) {}

  /** This node as it is now. */
  get self(): NodeInfo {
    return { ...this.identity, ...this.interests(), load: this.load(), status: 'alive' };
  }

  /** Watches the directory, then makes this node known. */
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

  /** A goodbye: no new work comes after it. */
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
