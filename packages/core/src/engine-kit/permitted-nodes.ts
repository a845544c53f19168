import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeAddress } from '../ports/links.js';
import type { NodeDirectory, NodeDirectoryListener } from '../ports/node-directory.js';
import type { PermittedLinks } from './permitted-links.js';

/** Node directory in which a node is present only while its links are permitted: each heartbeat checks it first. */
export class PermittedNodes implements NodeDirectory {
  private readonly links = new Map<string, PermittedLinks>();
  private readonly listeners = new Set<NodeDirectoryListener>();

  constructor(private readonly directory: NodeDirectory) {}

  /** Links of a node of this connection. */
  add({ nodeId }: NodeAddress, links: PermittedLinks): void {
    this.links.set(nodeId, links);
  }

  async announce(node: NodeInfo): Promise<void> {
    await this.links.get(node.nodeId)?.recover();
    await this.directory.announce(node);
  }

  /** @throws CatgaError also `CATGA_ENGINE_UNAVAILABLE` while the links are refused */
  async refresh(node: NodeInfo): Promise<void> {
    const links = this.links.get(node.nodeId);
    const hadLeft = links?.isRefused === true;
    await links?.recover();
    await this.directory.refresh(node);
    // Refused meanwhile: the heartbeat wrote the record again.
    if (links?.isRefused === true) await this.directory.withdraw(node);
    else if (hadLeft) for (const listener of this.listeners) listener.present(node);
  }

  withdraw(node: NodeAddress): Promise<void> {
    return this.directory.withdraw(node);
  }

  /** Goodbye for lack of a permission. This connection is told here: it may not hear of it from the broker. */
  leave(node: NodeAddress): Promise<void> {
    for (const listener of this.listeners) listener.left(node.nodeId);
    return this.directory.withdraw(node);
  }

  async watch(listener: NodeDirectoryListener): Promise<() => void> {
    const permitted: NodeDirectoryListener = {
      ...listener,
      // A record that could not be withdrawn, or was not yet.
      present: (node, ageMs) => {
        if (this.links.get(node.nodeId)?.isRefused !== true) listener.present(node, ageMs);
      },
    };
    const stop = await this.directory.watch(permitted);
    this.listeners.add(permitted);
    return () => {
      this.listeners.delete(permitted);
      stop();
    };
  }

  async look(): Promise<void> {
    await this.directory.look?.();
  }
}
