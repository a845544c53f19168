import { describe, expect, it } from '@jest/globals';
import type { EngineConnection } from '@catga/core/engine';
import { connectTo, operatorOf, startServer } from './testing/case-ends.fixture.js';
import { until } from './testing/redis-cluster.fixture.js';
import { nodeInfo } from './testing/stored-message.fixture.js';

/** More than there were worker ids once. */
const MANY = 300;

describe('a directory', () => {
  it('takes 300 nodes with a connection each, and worker ids that differ', async () => {
    const server = await startServer();
    const connections: EngineConnection[] = [];
    while (connections.length < MANY) {
      const turn = Array.from({ length: 25 }, async (_, index) => {
        const nodeId = `node-${connections.length + index}`;
        const client = { namespace: 'many', nodeId, heartbeatTimeoutMs: 600_000 };
        const connection = await connectTo(server.url, client);
        await connection.directory.announce(nodeInfo(nodeId));
        return connection;
      });
      connections.push(...(await Promise.all(turn)));
    }
    for (const { directory } of [connections[0]!, connections.at(-1)!]) {
      const seen = new Set<string>();
      await directory.watch({ present: ({ nodeId }) => void seen.add(nodeId), left() {} });
      await until(() => seen.size === MANY);
    }
    expect(new Set(connections.map(({ workerId }) => workerId)).size).toBe(MANY);
  });
});

describe('what discovery costs the server', () => {
  it('is two scripts for each node and interval, and no message, however many nodes there are', async () => {
    const server = await startServer();
    const operator = operatorOf(server);
    const calls = async (): Promise<{ readonly scripts: number; readonly messages: number }> => {
      const stats = await operator.info('commandstats');
      const of = (command: string): number =>
        Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
      return { scripts: of('evalsha'), messages: of('publish') };
    };
    for (const count of [1, 5, 25]) {
      const seen = new Map<string, number>();
      const nodeIds = Array.from({ length: count }, (_, index) => `node-${index}`);
      const connections: EngineConnection[] = [];
      for (const nodeId of nodeIds) {
        const client = { namespace: `of-${count}`, nodeId, heartbeatTimeoutMs: 600_000 };
        const connection = await connectTo(server.url, client);
        connections.push(connection);
        await connection.directory.announce(nodeInfo(nodeId));
        await connection.directory.watch({
          present: (node) => void seen.set(`${nodeId} of ${node.nodeId}`, node.load.handled),
          left: () => {},
        });
      }
      await connections[0]!.directory.look?.(); // The server knows all scripts.
      const before = await calls();
      for (const beat of [1, 2, 3]) {
        await Promise.all(
          connections.map(({ directory }, index) => directory.refresh(nodeInfo(nodeIds[index]!, beat))),
        );
      }
      // Each has read the list with its third heartbeat: it saw all of the second.
      await until(() => seen.size === count * count && [...seen.values()].every((beat) => beat >= 2));
      const after = await calls();
      expect(after.messages - before.messages).toBe(0);
      // A list that is read while another is on its way is that one.
      expect(after.scripts - before.scripts).toBeGreaterThan(3 * count);
      expect(after.scripts - before.scripts).toBeLessThanOrEqual(2 * 3 * count + 1);
    }
  });
});
