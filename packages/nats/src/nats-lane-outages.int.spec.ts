import { TcpProxy } from '@catga/servers';
import { describe, expect, it } from '@jest/globals';
import { afterCase, startServer } from './testing/case-ends.fixture.js';
import { LaneWatch, frameOf, ids, laneCase } from './testing/lanes.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';

describe('lanes on a server that is killed', () => {
  it('are stored once and in order, and read on, whatever was in flight', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    const { identity } = await log.state(0);
    const read = new LaneWatch(log);
    const stored: Promise<unknown>[] = [];
    for (let round = 0; round < 3; round++) {
      for (const id of ids(50, stored.length)) stored.push(log.append(0, frameOf(id)));
      await until(() => read.texts.length > round * 50);
      await server.kill();
      for (const id of ids(10, stored.length)) stored.push(log.append(0, frameOf(id)));
      await server.start();
      await until(() => read.texts.length === stored.length);
    }
    await Promise.all(stored);
    expect(read.texts).toEqual(ids(180));
    await expect(log.state(0)).resolves.toEqual({ identity, first: 1, last: 180 });
    expect(read.isDisplaced).toBe(false);
  });
});

describe('lanes over a connection that breaks', () => {
  it('tell an appender after its time that the engine is unavailable, and take no more than may be kept', async () => {
    const server = await startServer();
    const way = await TcpProxy.to(server.port);
    afterCase(() => way.close());
    const { log } = await laneCase({
      servers: way.url,
      requestTimeoutMs: 1500,
      reconnect: { maxBufferedBytes: 2000, waitMs: 20, jitterMs: 0 },
    });
    await log.append(0, frameOf('a'));
    way.cut();
    const kept = log.append(0, frameOf('b'));
    const unavailable = { code: 'CATGA_ENGINE_UNAVAILABLE' };
    await Promise.all([
      expect(log.append(0, frameOf('c', new Uint8Array(2000)))).rejects.toMatchObject(unavailable),
      expect(kept).rejects.toMatchObject(unavailable),
    ]);
    const later = log.append(0, frameOf('d', new Uint8Array(1500))); // What was given up takes no room.
    way.open();
    await expect(later).resolves.toMatchObject({ isDuplicate: false });
  });

  it('know a frame whose acknowledgement was lost, and store what is behind it after it', async () => {
    const server = await startServer();
    const way = await TcpProxy.to(server.port);
    afterCase(() => way.close());
    const { log } = await laneCase({ servers: way.url });
    await log.append(0, frameOf('first'));
    for (let round = 0; round < 5; round++) {
      way.cutAfter(round * 37); // In the middle of the acknowledgements.
      const frames = ids(20, round * 20);
      const receipts = await Promise.all(frames.map((id) => log.append(0, frameOf(id))));
      const from = 2 + round * 20;
      expect(receipts).toEqual(frames.map((_, i) => ({ position: from + i, isDuplicate: false })));
    }
    const read = new LaneWatch(log, 0, 2);
    await until(() => read.texts.length === 100);
    expect(read.texts).toEqual(ids(100));
  });

  it('hand each frame to a reader once, wherever the connection is cut', async () => {
    const server = await startServer();
    const { log } = await laneCase({ servers: server.url });
    const way = await TcpProxy.to(server.port);
    afterCase(() => way.close());
    const { log: other } = await laneCase({ servers: way.url });
    await Promise.all(ids(500).map((id) => log.append(0, frameOf(id))));
    const read = new LaneWatch(other);
    for (const bytes of [700, 2000, 5000, 9000]) {
      const before = read.texts.length;
      way.cutAfter(bytes);
      await until(() => read.texts.length > before || read.texts.length === 500);
    }
    await until(() => read.texts.length === 500);
    expect(read.texts).toEqual(ids(500));
  });

  it('resolve a write of a record whose acknowledgement was lost with its version', async () => {
    const server = await startServer();
    const way = await TcpProxy.to(server.port);
    afterCase(() => way.close());
    const { records } = await laneCase({ servers: way.url });
    let version = (await records.write('a', new Uint8Array([0]), 0)) ?? 0;
    for (let round = 1; round <= 5; round++) {
      way.cutAfter(10);
      const written = await records.write('a', new Uint8Array([round]), version);
      expect(written).toBeGreaterThan(version);
      version = written ?? 0;
    }
    way.cutAfter(10);
    await expect(records.remove('a', version)).resolves.toBe(true);
    await expect(records.read('a')).resolves.toBeUndefined();
  });
});
