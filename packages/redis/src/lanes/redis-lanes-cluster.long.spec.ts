import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LaneStore } from '@catga/core/engine';
import { Redis } from 'ioredis';
import { ReadLane, laneFrame } from '../testing/lane-frames.fixture.js';
import { connectLanes } from '../testing/lane-store.fixture.js';
import { until } from '../testing/redis-cluster.fixture.js';
import { moveSlot, startMasters } from '../testing/redis-masters.fixture.js';
import type { RedisServer } from '../testing/redis-server.fixture.js';
import { laneKeys, slotOf } from './lane-keys.js';

const LANES = 16;
const lanes = Array.from({ length: LANES }, (_, lane) => lane);
const texts = Array.from({ length: 200 }, (_, at) => String(at));

let servers: readonly RedisServer[];
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  servers = await startMasters();
}, 30_000);
afterAll(async () => {
  for (const server of servers) await server.stop();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function connect(namespace: string): Promise<LaneStore> {
  const store = await connectLanes(
    { cluster: { nodes: servers.map(({ url }) => url) } },
    { lanes: LANES, namespace },
  );
  ends.push(() => store.close());
  return store;
}

const operators = (): Redis[] => {
  const clients = servers.map(({ url }) => new Redis(url));
  ends.push(() => clients.forEach((client) => client.disconnect()));
  return clients;
};

describe('lanes on three masters', () => {
  it('lie on all of them, about as many on each', async () => {
    const { log } = await connect('spread');
    await Promise.all(lanes.map((lane) => log.append(lane, laneFrame('1'))));
    const counts = await Promise.all(
      operators().map(async (client) => (await client.keys('{spread:lane:*:frames')).length),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(LANES);
    for (const count of counts) expect(count).toBeGreaterThanOrEqual(5);
  });

  it('are appended to without waiting and read in order, all at once, and records are found on all', async () => {
    const { log, records } = await connect('order');
    const read = lanes.map((lane) => new ReadLane(log, lane));
    await Promise.all(texts.flatMap((text) => lanes.map((lane) => log.append(lane, laneFrame(text)))));
    await until(() => read.every((one) => one.texts.length >= texts.length));
    for (const one of read) expect(one.texts).toEqual(texts);
    await Promise.all(lanes.map((lane) => records.write(`progress/${lane}`, new Uint8Array([lane]), 0)));
    expect(await records.list('progress/')).toHaveLength(LANES);
    await log.trim(3, 101);
    await expect(log.state(3)).resolves.toMatchObject({ first: 101, last: 200 });
  });

  it('keep their order while a slot moves to another master', async () => {
    const { log } = await connect('moving');
    const read = new ReadLane(log, 0);
    await log.append(0, laneFrame('first'));
    const [key = ''] = laneKeys('moving', LANES);
    const slot = slotOf(key.slice(1, -1));
    const [from, to] = operators();
    const appends = texts.map((text) => log.append(0, laneFrame(text)));
    await moveSlot(from!, to!, slot);
    appends.push(...texts.map((text) => log.append(0, laneFrame(`then ${text}`))));
    await Promise.all(appends);
    await until(() => read.texts.length >= 401);
    expect(read.texts).toEqual(['first', ...texts, ...texts.map((text) => `then ${text}`)]);
    await moveSlot(to!, from!, slot);
  });
});
