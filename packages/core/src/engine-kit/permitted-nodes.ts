import type { NodeInfo } from '../contracts/node-info.js';
import type { NodeAddress } from '../ports/links.js';
import type { NodeDirectory, NodeDirectoryListener } from '../ports/node-directory.js';
import type { PermittedLinks } from './permitted-links.js';

/** Node directory in which a node is present only while its links are permitted: each heartbeat checks it first. */
export class PermittedNodes implements NodeDirectory {
  private readonly links = new Map<string, PermittedLinks>();

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
    await links?.recover();
    await this.directory.refresh(node);
    // Refused meanwhile: the heartbeat wrote the record again.
    if (links?.isRefused === true) await this.directory.withdraw(node);
  }

  withdraw(node: NodeAddress): Promise<void> {
    return this.directory.withdraw(node);
  }

  watch(listener: NodeDirectoryListener): Promise<() => void> {
    return this.directory.watch(listener);
  }

  async look(): Promise<void> {
    await this.directory.look?.();
  }
}
