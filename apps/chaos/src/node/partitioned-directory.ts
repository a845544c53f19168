import { CatgaError } from '@catga/core';
import type { Engine, NodeDirectory } from '@catga/core/engine';

/** A node's way to the node directory, which can be cut while all else that it asks of the broker gets through. */
export class PartitionedDirectory {
  isCut = false;

  /** The engine as a node has it whose directory can be cut off. */
  engineOf(engine: Engine): Engine {
    return {
      name: engine.name,
      capabilities: engine.capabilities,
      connect: async (client) => {
        const connection = await engine.connect(client);
        const directory = this.partitioned(connection.directory);
        return Object.defineProperty(connection, 'directory', { value: directory });
      },
    };
  }

  private partitioned(directory: NodeDirectory): NodeDirectory {
    const whenOpen = <T>(ask: () => Promise<T>): Promise<T> =>
      this.isCut
        ? Promise.reject(new CatgaError('CATGA_ENGINE_UNAVAILABLE', 'The directory cannot be reached.'))
        : ask();
    return {
      announce: (node) => whenOpen(() => directory.announce(node)),
      refresh: (node) => whenOpen(() => directory.refresh(node)),
      withdraw: (address) => whenOpen(() => directory.withdraw(address)),
      watch: (listener) =>
        directory.watch({
          present: (node, ageMs) => this.isCut || listener.present(node, ageMs),
          left: (nodeId) => this.isCut || listener.left(nodeId),
          refused: (error) => listener.refused?.(error),
        }),
      ...(directory.look && { look: async () => (this.isCut ? undefined : directory.look?.()) }),
    };
  }
}
