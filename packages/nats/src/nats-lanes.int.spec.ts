import { describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { afterCase, startServer } from './testing/case-ends.fixture.js';
import { LaneWatch, frameOf, ids, laneCase, operate } from './testing/lanes.fixture.js';
import { DurableBench } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';
import type { NatsServer } from './testing/nats-server.fixture.js';

async function consumersOf(server: NatsServer, stream: string): Promise<readonly string[]> {
  const { consumers } = (await operate(server, `CONSUMER.NAMES.${stream}`)) as {
    readonly consumers: readonly string[];
  };
  return consumers;
}

/** A server whose configuration is rewritten between its starts. */
async function configured(text: string): Promise<{ server: NatsServer; configure(text: string): void }> {
  const bench = new DurableBench();
  afterCase(() => bench.end());
  const path = await bench.config(text);
  const server = await bench.server('-c', path);
  return { server, configure: (changed) => writeFileSync(path, changed) };
}

describe('lanes that an operator changes', () => {
  it('are read on over what was purged', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    const read = new LaneWatch(log);
    await Promise.all(ids(3).map((id) => log.append(0, frameOf(id))));
    await until(() => read.texts.length === 3);
    read.reader.pause();
    await until(() => read.timesCaughtUp > 0);
    await operate(server, 'STREAM.PURGE.catga_lane_0');
    await expect(log.state(0)).resolves.toMatchObject({ first: 4, last: 3 });
    read.reader.resume();
    await log.append(0, frameOf('next'));
    await until(() => read.texts.length === 4);
    expect(read.positions).toEqual([1, 2, 3, 4]);
  });

  it('begin anew after their stream was deleted: readers are told, frames find a new stream', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    await log.append(0, frameOf('old'));
    const { identity } = await log.state(0);
    const read = new LaneWatch(log);
    await until(() => read.texts.length === 1);
    await operate(server, 'STREAM.DELETE.catga_lane_0');
    await expect(log.append(0, frameOf('new'))).resolves.toEqual({ position: 1, isDuplicate: false });
    await until(() => read.isDisplaced);
    expect((await log.state(0)).identity).not.toBe(identity);
  });

  it('tell a reader of an identity that is known of a stream that took its place before it began', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    await log.append(0, frameOf('old'));
    const { identity } = await log.state(0);
    await operate(server, 'STREAM.DELETE.catga_lane_0');
    await log.append(0, frameOf('new'));
    const read = new LaneWatch(log, 0, 2, identity);
    await until(() => read.isDisplaced);
    expect(read.texts).toEqual([]);
  });

  it('are read on after their consumer was deleted, paused or not', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    const read = new LaneWatch(log);
    const removeConsumers = async (): Promise<void> => {
      await until(async () => (await consumersOf(server, 'catga_lane_0')).length > 0);
      for (const name of await consumersOf(server, 'catga_lane_0'))
        await operate(server, `CONSUMER.DELETE.catga_lane_0.${name}`);
    };
    await log.append(0, frameOf('f0'));
    await until(() => read.texts.length === 1);
    await removeConsumers();
    await log.append(0, frameOf('f1'));
    await until(() => read.texts.length === 2);
    read.reader.pause();
    await removeConsumers();
    await log.append(0, frameOf('f2'));
    read.reader.resume();
    await until(() => read.texts.length === 3);
    expect(read.texts).toEqual(ids(3));
  });

  it('leave no consumer behind once nobody reads', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    const read = new LaneWatch(log);
    await until(() => read.timesCaughtUp > 0);
    await expect(consumersOf(server, 'catga_lane_0')).resolves.toHaveLength(1);
    read.reader.stop();
    await until(async () => (await consumersOf(server, 'catga_lane_0')).length === 0);
  });

  it('are as many as they were made with, whatever a later node would like', async () => {
    const server = await startServer();
    const [one, other] = [
      await laneCase({ servers: server.url, lanes: 3 }),
      await laneCase({ servers: server.url, lanes: 5 }),
    ];
    expect([one.log.lanes, other.log.lanes]).toEqual([3, 3]);
  });

  it('refuse to work with another number of lanes than the log was made anew with', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url, lanes: 3 });
    await operate(server, 'STREAM.DELETE.catga_lane_0');
    await laneCase({ servers: server.url, lanes: 5 });
    await expect(log.append(0, frameOf('a'))).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      details: { found: 5, lanes: 3 },
    });
  });

  it('keep the positions after their end when they are trimmed beyond it', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    await log.append(0, frameOf('a'));
    await log.trim(0, 500);
    await expect(log.state(0)).resolves.toMatchObject({ first: 2, last: 1 });
    await expect(log.append(0, frameOf('b'))).resolves.toMatchObject({ position: 2 });
  });
});

describe('the limits of lanes', () => {
  it('are told when a lane is full: nothing that it holds is dropped, and trimming makes room', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url, lanes: 2, durable: { maxBytes: 40_000 } });
    const page = new Uint8Array(1000);
    let stored = 0;
    const fill = async (): Promise<void> => {
      for (; stored < 100; stored++) await log.append(0, frameOf(`f${stored}`, page));
    };
    await expect(fill()).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
    expect(stored).toBeGreaterThan(10); // A lane has its share of the bytes.
    expect(stored).toBeLessThan(20);
    await expect(log.state(0)).resolves.toMatchObject({ first: 1, last: stored });
    await expect(log.append(1, frameOf('other', page))).resolves.toMatchObject({ position: 1 });
    await log.trim(0, stored);
    await expect(log.append(0, frameOf('more', page))).resolves.toMatchObject({ position: stored + 1 });
  });

  it('are those of the payload that the server takes', async () => {
    const { server } = await configured('max_payload: 8192');
    const { log } = await laneCase({ servers: server.url });
    const id = 'ü'.repeat(512);
    await expect(
      log.append(0, frameOf('plain'.repeat(80), new Uint8Array(log.maxFrameBytes))),
    ).resolves.toMatchObject({ position: 1 });
    await expect(log.append(0, frameOf(id, new Uint8Array(log.maxFrameBytes)))).resolves.toMatchObject({
      position: 2,
    });
    await expect(log.append(0, frameOf('x', new Uint8Array(log.maxFrameBytes + 1)))).rejects.toMatchObject({
      code: 'CATGA_PAYLOAD_TOO_LARGE',
    });
  });

  it('of a server that takes less than before hold up no frame that it has', async () => {
    const { server, configure } = await configured('max_payload: 8MB');
    const { log } = await laneCase({ servers: server.url });
    await log.append(0, frameOf('small'));
    await log.append(0, frameOf('large', new Uint8Array(5 * 1024 * 1024)));
    await log.append(0, frameOf('next'));
    await server.shutDown();
    configure('max_payload: 1MB');
    await server.start();
    const { log: other } = await laneCase({ servers: server.url });
    const read = new LaneWatch(other);
    await until(() => read.positions.length === 3);
    expect(read.texts.map(({ length }) => length)).toEqual([5, 5 * 1024 * 1024, 4]);
  });
});

describe('a user that may not use lanes', () => {
  const userWith = (permissions: object): string =>
    JSON.stringify({ authorization: { users: [{ user: 'a', password: 'b', permissions }] } });

  it('is told when it appends, at once', async () => {
    const { server } = await configured(userWith({ publish: { deny: ['catga.lanes.>'] } }));
    const { log } = await laneCase({ servers: server.url.replace('//', '//a:b@') });
    await expect(log.append(0, frameOf('a'))).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
      message: expect.stringContaining('catga.lanes'),
    });
  });

  it('is told when it writes a record', async () => {
    const { server } = await configured(userWith({ publish: { deny: ['$KV.catga_lanes.>'] } }));
    const { records } = await laneCase({ servers: server.url.replace('//', '//a:b@') });
    await expect(records.write('a', new Uint8Array(1), 0)).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
  });
});
