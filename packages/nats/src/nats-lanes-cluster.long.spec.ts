import type { NatsServerCluster } from '@catga/servers';
import { describe, expect, it } from '@jest/globals';
import { afterCase } from './testing/case-ends.fixture.js';
import { LaneWatch, frameOf, ids, laneCase, operate } from './testing/lanes.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';
import type { NatsServer } from './testing/nats-server.fixture.js';
import { ELECTION_WITHIN_MS, startServerCluster } from './testing/server-cluster.fixture.js';

describe('lanes on a cluster of three servers', () => {
  it(
    'lose a server, and nothing else: frames are stored and read on in order',
    async () => {
      const servers = await startServerCluster();
      afterCase(() => servers.stop());
      const { log, records } = await laneCase({
        servers: servers.urls,
        replicas: 3,
        requestTimeoutMs: 30_000,
        lanes: 2,
      });
      await Promise.all(ids(20).map((id) => log.append(0, frameOf(id))));
      const version = await records.write('a', new Uint8Array([1]), 0);
      const read = new LaneWatch(log);
      await until(() => read.texts.length === 20);

      const leader = await leaderOf(servers, 'catga_lane_0');
      await leader.kill();
      for (const id of ids(20, 20)) await log.append(0, frameOf(id));
      await until(() => read.texts.length === 40, ELECTION_WITHIN_MS);
      expect(read.texts).toEqual(ids(40));
      await expect(records.read('a')).resolves.toMatchObject({ version });
      await leader.start();
      await expect(records.write('a', new Uint8Array([2]), version ?? 0)).resolves.toBeGreaterThan(
        version ?? 0,
      );
    },
    3 * ELECTION_WITHIN_MS,
  );
});

async function leaderOf(servers: NatsServerCluster, stream: string): Promise<NatsServer> {
  const [first] = servers.servers;
  if (first === undefined) throw new Error('No server.');
  const info = (await operate(first, `STREAM.INFO.${stream}`)) as {
    readonly cluster?: { readonly leader?: string };
  };
  const index = Number(info.cluster?.leader?.replace('server-', '')) - 1;
  return servers.servers[index] ?? first;
}
