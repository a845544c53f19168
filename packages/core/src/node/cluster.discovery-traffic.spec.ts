import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryNetwork } from '../memory/network/memory-network.js';
import type { Engine, EngineConnection } from '../ports/engine.js';
import { CatgaNode } from './catga-node.js';
import { TestCluster } from './cluster.fixture.js';

/** An engine that counts what nodes ask of its directory. */
function counting(network: MemoryNetwork): { readonly engine: Engine; asked: number } {
  const counted = { asked: 0, engine: { name: network.name, capabilities: network.capabilities, connect } };
  async function connect(...args: Parameters<Engine['connect']>): Promise<EngineConnection> {
    const connection = await network.connect(...args);
    const { directory } = connection;
    const count = <T>(answer: T): T => {
      counted.asked++;
      return answer;
    };
    return Object.create(connection, {
      directory: {
        value: {
          announce: (node) => count(directory.announce(node)),
          refresh: (node) => count(directory.refresh(node)),
          withdraw: (nodeId) => count(directory.withdraw(nodeId)),
          watch: (listener) => count(directory.watch(listener)),
        } satisfies EngineConnection['directory'],
      },
    }) as EngineConnection;
  }
  return counted;
}

describe('what discovery costs', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  it.each([[1], [50], [200]])(
    'is one question to the directory for each heartbeat, and no frame between nodes, of %i nodes',
    async (count) => {
      const network = new MemoryNetwork();
      cluster = new TestCluster(network);
      const counted = counting(network);
      const nodes = Array.from({ length: count }, (_, index): CatgaNode =>
        cluster.node(`node-${index}`, { engine: counted.engine }),
      );
      await cluster.start(...nodes);
      expect(nodes.map(({ mediator }) => mediator.nodes().length)).toEqual(nodes.map(() => count));
      const before = counted.asked;
      await cluster.pass(2000); // Beats once a second.
      expect(counted.asked - before).toBe(2 * count);
      expect(network.frames.sent).toBe(0);
    },
  );
});
