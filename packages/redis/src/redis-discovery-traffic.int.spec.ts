import { describe, expect, it } from '@jest/globals';
import type { EngineConnection } from '@catga/core/engine';
import { connectTo, operatorOf, startServer } from './testing/case-ends.fixture.js';
import { until } from './testing/redis-cluster.fixture.js';
import { nodeInfo } from './testing/stored-message.fixture.js';

describe('what discovery costs the server', () => {
  it('is one script and one message for each heartbeat, however many nodes watch', async () => {
    const server = await startServer();
    const operator = operatorOf(server);
    const calls = async (): Promise<readonly number[]> => {
      const stats = await operator.info('commandstats');
      const of = (command: string): number =>
        Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
      return ['evalsha', 'eval', 'publish'].map(of);
    };
    for (const count of [1, 5, 25]) {
      const seen = new Map<string, number>();
      const connections: EngineConnection[] = [];
      const nodeIds = Array.from({ length: count }, (_, index) => `node-${index}`);
      for (const nodeId of nodeIds) {
        const client = { namespace: `of-${count}`, nodeId, heartbeatTimeoutMs: 60_000 };
        const connection = await connectTo(server.url, client);
        connections.push(connection);
        await connection.directory.announce(nodeInfo(nodeId));
        await connection.directory.watch({
          present: (node) => void seen.set(`${nodeId} of ${node.nodeId}`, node.load.handled),
          left: () => {},
        });
      }
      const before = await calls();
      for (const beat of [1, 2, 3]) {
        await Promise.all(
          connections.map(({ directory }, index) => directory.refresh(nodeInfo(nodeIds[index]!, beat))),
        );
      }
      await until(() => seen.size === count * count && [...seen.values()].every((beat) => beat === 3));
      const after = await calls();
      expect(after.map((made, at) => made - (before[at] ?? 0))).toEqual([3 * count, 0, 3 * count]);
    }
  });
});
