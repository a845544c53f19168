import { ReadLane, laneFrame } from '../testing/lane-frames.fixture.js';
import { connectLanes } from '../testing/lane-store.fixture.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EngineConnection, LaneStore } from '@catga/core/engine';
import type { Redis } from 'ioredis';
import { afterCase, connectTo, operatorOf, startServer, urlOf, wayTo } from '../testing/case-ends.fixture.js';
import { until } from '../testing/redis-cluster.fixture.js';
import type { RedisServer } from '../testing/redis-server.fixture.js';
import { EVENTS, storedMessage } from '../testing/stored-message.fixture.js';
import { laneKeys } from './lane-keys.js';
import type { LaneServices } from './lane-services.js';

const RECONNECT = { waitMs: 20, maxWaitMs: 20 };
const KEYS = laneKeys('catga', 16);
const framesOf = (lane: number): string => `${KEYS[lane]}:frames`;

let server: RedisServer;
let operator: Redis;
beforeEach(async () => {
  server = await startServer('--maxmemory-policy', 'noeviction');
  operator = operatorOf(server);
});

async function connect(url = server.url, facts: Partial<LaneServices> = {}): Promise<LaneStore> {
  const store = await connectLanes({ url, reconnect: RECONNECT, requestTimeoutMs: 20_000 }, facts);
  afterCase(() => store.close());
  return store;
}

const numbers = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, at) => String(from + at));

describe('what one caller appends without waiting stays in order', () => {
  it('when the server forgets its scripts again and again', async () => {
    const { log } = await connect();
    const appending = numbers(600).map((text, at) => {
      if (at % 50 === 0) void operator.script('FLUSH');
      return new Promise<void>((resolve, reject) =>
        // In many turns, so that some find the script, and some do not.
        setImmediate(() => void log.append(0, laneFrame(text)).then(() => resolve(), reject)),
      );
    });
    await Promise.all(appending);
    const read = new ReadLane(log, 0);
    await until(() => read.texts.length >= 600);
    expect(read.texts).toEqual(numbers(600));
  });

  it('and once, when its connection is cut and the server is killed', async () => {
    const way = await wayTo(server);
    const { log } = await connect(urlOf(way));
    const read = new ReadLane(log, 0);
    const appends: Promise<unknown>[] = [];
    for (const text of numbers(300)) {
      appends.push(log.append(0, laneFrame(text)));
      if (text === '100') way.cut();
      if (text === '110') way.open();
      if (text === '200') {
        await server.kill();
        await server.start();
      }
      if (Number(text) % 16 === 0) await new Promise((resolve) => void setImmediate(resolve));
    }
    await Promise.all(appends);
    await until(() => read.texts.length >= 300);
    expect(read.texts).toEqual(numbers(300));
    expect(read.timesDisplaced).toBe(0);
  });
});

describe('a store that is full', () => {
  it('refuses frames with CATGA_OVERLOADED, and takes progress, which makes room', async () => {
    const { log, records } = await connect();
    await log.append(0, laneFrame('1', 'a'));
    const version = await records.write('progress/0', new Uint8Array(10), 0);
    await operator.config('SET', 'maxmemory', '1');
    await expect(log.append(0, laneFrame('2', 'b'))).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
    await expect(records.write('progress/0', new Uint8Array(100), version!)).resolves.toBeGreaterThan(
      version!,
    );
    const { log: other } = await connect();
    const read = new ReadLane(other, 0);
    await until(() => read.texts.length === 1);
    await expect(other.state(5)).resolves.toMatchObject({ first: 1, last: 0 });
    await log.trim(0, 2);
    await operator.config('SET', 'maxmemory', '0');
    await expect(log.append(0, laneFrame('2', 'b'))).resolves.toEqual({ position: 2, isDuplicate: false });
  });

  it('is a lane with as many frames as it may hold, until it is trimmed', async () => {
    const { log } = await connect(server.url, { maxFramesPerLane: 3 });
    for (const id of numbers(3)) await log.append(0, laneFrame(id, id));
    await expect(log.append(0, laneFrame('4', '4'))).rejects.toMatchObject({
      code: 'CATGA_OVERLOADED',
      retryable: true,
      details: { maxFramesPerLane: 3 },
    });
    await expect(log.append(0, laneFrame('2', '2'))).resolves.toMatchObject({ isDuplicate: true });
    await expect(log.append(1, laneFrame('4', '4'))).resolves.toMatchObject({ position: 1 });
    await log.trim(0, 2);
    await expect(log.append(0, laneFrame('4', '4'))).resolves.toEqual({ position: 4, isDuplicate: false });
  });
});

describe('what an operator does to a lane', () => {
  it('is noticed without a reconnection when everything is deleted', async () => {
    const { log } = await connect();
    for (const text of numbers(5)) await log.append(0, laneFrame(text));
    const read = new ReadLane(log, 0);
    await until(() => read.texts.length === 5);
    await operator.flushall();
    await until(() => read.timesDisplaced === 1);
    await log.append(0, laneFrame('new'));
    const again = new ReadLane(log, 0);
    await until(() => again.texts.length === 1);
    expect(again.positions).toEqual([1]);
  });

  it('leaves a gap in the positions when the stream is trimmed, and reading goes on behind it', async () => {
    const { log } = await connect();
    for (const text of numbers(10)) await log.append(0, laneFrame(text));
    await operator.xtrim(framesOf(0), 'MAXLEN', 4);
    const read = new ReadLane(log, 0, 2);
    await until(() => read.texts.length === 4);
    await operator.xtrim(framesOf(0), 'MAXLEN', 0);
    await expect(log.state(0)).resolves.toMatchObject({ first: 11, last: 10 });
    await log.append(0, laneFrame('11'));
    await until(() => read.texts.length === 5);
    expect(read.positions).toEqual([7, 8, 9, 10, 11]);
    expect(read.timesDisplaced).toBe(0);
  });

  it('is removed when it is an entry, with a word, and positions go on', async () => {
    const warnings: string[] = [];
    const monitor = {
      warn: (message: string) => void warnings.push(message),
      lost() {},
      restored() {},
      closed() {},
      refused() {},
    };
    const { log } = await connect(server.url, { monitor });
    const read = new ReadLane(log, 3);
    await log.append(3, laneFrame('1'));
    await operator.xadd(framesOf(3), '*', 'who', 'knows');
    const receipts = await Promise.all(numbers(5, 2).map((text) => log.append(3, laneFrame(text))));
    expect(receipts.map(({ position }) => position)).toEqual([2, 3, 4, 5, 6]);
    await until(() => read.texts.length === 6);
    await operator.xadd(framesOf(3), '*', 'who', 'knows');
    await until(() => warnings.length >= 2);
    await log.append(3, laneFrame('7'));
    await until(() => read.texts.length === 7);
    expect(read.positions).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(warnings[0]).toMatch(/lane 3: 1 were removed/);
  });

  it('does not stop the other lanes when one is no stream any more', async () => {
    const { log } = await connect();
    const ill = new ReadLane(log, 0);
    const well = new ReadLane(log, 1);
    await until(() => ill.timesCaughtUp + well.timesCaughtUp === 2);
    await operator.del(framesOf(0));
    await operator.set(framesOf(0), 'text');
    await expect(log.append(0, laneFrame('1', 'a'))).rejects.toMatchObject({
      code: 'CATGA_ENGINE_UNAVAILABLE',
    });
    for (const text of numbers(5)) await log.append(1, laneFrame(text));
    await until(() => well.texts.length === 5);
    await operator.del(framesOf(0));
    await expect(log.append(0, laneFrame('1', 'a'))).resolves.toMatchObject({ isDuplicate: false });
  });
});

describe('a reader', () => {
  it('gets what is stored while its connection stands still, once that is given up', async () => {
    const way = await wayTo(server);
    const read = new ReadLane((await connect(urlOf(way))).log, 0);
    const { log } = await connect();
    await log.append(0, laneFrame('1'));
    await until(() => read.texts.length === 1);
    way.cut();
    await log.append(0, laneFrame('2'));
    way.open();
    await until(() => read.texts.length === 2);
    expect(read.positions).toEqual([1, 2]);
  });

  it('that begins, or resumes, is not held up by lanes on which nothing happens', async () => {
    const { log } = await connect();
    const idle = new ReadLane(log, 0);
    await until(() => idle.timesCaughtUp === 1);
    await log.append(1, laneFrame('1'));
    await operator.config('RESETSTAT');
    const read = new ReadLane(log, 1);
    await until(() => read.texts.length === 1);
    read.reader.pause();
    await log.append(1, laneFrame('2'));
    read.reader.resume();
    await until(() => read.texts.length === 2);
    // The connection that waits for new frames was woken.
    expect(await operator.info('commandstats')).toMatch(/cmdstat_client\|unblock:calls=[1-9]/);
  });

  it('reads on where its user may not wake connections', async () => {
    await operator.call('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all', '-client|unblock');
    const { log } = await connect(server.url.replace('redis://', 'redis://shop:secret@'));
    const idle = new ReadLane(log, 0);
    await until(() => idle.timesCaughtUp === 1);
    await new ReadLane(log, 1).isBegun();
    await log.append(2, laneFrame('1'));
    const read = new ReadLane(log, 2);
    await until(() => read.texts.length === 1);
  });

  it('costs one connection for all lanes, and another one while a lane is read from two positions', async () => {
    const { log } = await connect();
    const readers = async (): Promise<number> =>
      String(await operator.client('LIST'))
        .split('\n')
        .filter((line) => line.includes('cmd=xread')).length;
    for (let lane = 0; lane < 16; lane++) await log.append(lane, laneFrame('1'));
    const all = numbers(16, 0).map((lane) => new ReadLane(log, Number(lane)));
    await until(() => all.every(({ texts }) => texts.length === 1));
    expect(await readers()).toBe(1);
    const second = new ReadLane(log, 0);
    await until(() => second.texts.length === 1);
    expect(await readers()).toBe(2);
    second.reader.stop();
    await until(async () => (await readers()) === 1);
  });
});

describe('the records of lanes', () => {
  it('have versions that nobody remembers after the server forgot everything', async () => {
    const { records } = await connect();
    const version = await records.write('progress/0', new Uint8Array(1), 0);
    await operator.flushall();
    await expect(records.write('progress/0', new Uint8Array(1), version!)).resolves.toBeUndefined();
    await expect(records.write('progress/0', new Uint8Array(1), 0)).resolves.toBeGreaterThan(version!);
  });
});

describe('the number of lanes', () => {
  it('is that of the log that is there, and is kept by a server that forgot everything', async () => {
    const { log } = await connect(server.url, { lanes: 8 });
    expect((await connect(server.url, { lanes: 4 })).log.lanes).toBe(8);
    await server.kill();
    server.empty();
    await server.start();
    await log.append(0, laneFrame('1'));
    await until(async () => (await operator.get('{catga:log}:lanes')) === '8');
  });
});

describe('trimming', () => {
  it('keeps the latest events, as many as was asked for', async () => {
    const { log } = await connect(server.url, { lanes: 2, keptEvents: 20 });
    for (const text of numbers(5)) await log.append(0, { ...laneFrame(text), events: 4 });
    await log.trim(0, 6);
    await expect(log.state(0)).resolves.toMatchObject({ first: 3, last: 5 });
    await log.trim(0, 2);
    await log.append(0, { ...laneFrame('6'), events: 64 });
    await log.trim(0, 4);
    await expect(log.state(0)).resolves.toMatchObject({ first: 4, last: 6 });
    await log.trim(0, 7);
    await expect(log.state(0)).resolves.toMatchObject({ first: 6, last: 6 });
  });

  const append20 = ({ log }: EngineConnection): Promise<unknown> =>
    Promise.all(numbers(20).map((messageId) => log.append(storedMessage({ messageId, key: messageId }))));
  const framesLeft = async (): Promise<number> => {
    const lengths = await Promise.all(KEYS.map((_, lane) => operator.xlen(framesOf(lane))));
    return lengths.reduce((sum, length) => sum + length);
  };

  it('happens by itself once every handler has passed an event', async () => {
    const connection = await connectTo({ url: server.url, keptEvents: 0 });
    const consumer = await connection.log.subscribe(EVENTS, (delivery) => void delivery.ack());
    await append20(connection);
    await until(async () => (await framesLeft()) === 0);
    await consumer.stop();
  });

  it('happens where nobody has ever subscribed, too', async () => {
    const connection = await connectTo({ url: server.url, keptEvents: 0 });
    await append20(connection);
    await until(async () => (await framesLeft()) === 0);
  });
});

describe('the options of the engine', () => {
  it('lanes and maxFramesPerLane are those of its log', async () => {
    const { log } = await connectTo({ url: server.url, lanes: 3, maxFramesPerLane: 2 });
    await expect(operator.get('{catga:log}:lanes')).resolves.toBe('3');
    const append = (messageId: string) => log.append(storedMessage({ messageId, key: 'k' }));
    for (const messageId of ['m1', 'm2']) await append(messageId);
    await expect(append('m3')).rejects.toMatchObject({ code: 'CATGA_OVERLOADED' });
  });
});
