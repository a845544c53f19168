import { randomBytes, randomInt } from 'node:crypto';
import { CatgaNode, Command, ReliableEvent } from '@catga/core';
import type { EngineConnection, LogSubscription } from '@catga/core/engine';
import { headers } from '@nats-io/transport-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import { nats } from './nats-engine.js';
import { DurableBench, Received, SUBSCRIPTION, storedMessage } from './testing/durable.fixture.js';
import type { RawBroker } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';

const bench = new DurableBench();
afterEach(() => bench.end());

@ReliableEvent()
class Shipped {
  constructor(readonly orderId: string) {}
}

class Pack extends Command {
  constructor(readonly orderId: string) {
    super();
  }
}

const QUEUE: LogSubscription = { id: 'queue.Pack', kind: 'command', names: ['Pack'], concurrency: 4 };
const POISON = [
  new Uint8Array(),
  new Uint8Array([0xff, 0, 1]),
  new TextEncoder().encode('CM'),
  new Uint8Array([0x43, 0x4d, 9, 0]),
  new Uint8Array(1024 * 1024 - 200),
];

const append = ({ log }: EngineConnection, messageId: string): Promise<unknown> =>
  log.append(storedMessage({ messageId }));

describe('bytes that are no message', () => {
  it('become dead letters of each handler in a lane, and the handlers go on', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const seen: string[] = [];
    const engine = nats({ servers: server.url, durable: { lanes: 1 } });
    const node = new CatgaNode({ engine, service: 'shop', nodeId: 'n' });
    node.handleEvent(Shipped, (event) => void seen.push((event as Shipped).orderId), { name: 'Listener' });
    node.handleRequest(Pack, () => {});
    try {
      await node.init();
      await node.start();
      await node.mediator.publish(new Shipped('first'));
      await node.mediator.enqueue(new Pack('first'), { key: 'k' });
      for (const bytes of POISON) await raw.connection.request('catga.lanes.0', bytes);
      await node.mediator.publish(new Shipped('last'));
      await until(() => seen.includes('last'));
      expect(seen).toEqual(['first', 'last']);
      const letters = async () => (await node.deadLetters.list({}, { limit: 50 })).items;
      await until(async () => (await letters()).length === 2 * POISON.length);
      const items = await letters();
      for (const subscription of ['shop.Listener', 'queue.Pack']) {
        const bodies = items
          .filter((one) => one.subscription === subscription)
          .map(({ body }) => body.length);
        expect(bodies.toSorted((a, b) => a - b)).toEqual([0, 2, 3, 4, expect.any(Number)]);
        expect(bodies.every((length) => length <= POISON[4]!.length)).toBe(true);
      }
      expect(items.map(({ error }) => error.code)).toEqual(
        Array.from({ length: 2 * POISON.length }, () => 'CATGA_SERIALIZATION'),
      );
    } finally {
      await node.stop();
    }
  });

  it('become dead letters as they are in a queue, and the handler goes on', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const seen: string[] = [];
    const node = new CatgaNode({ engine: nats(server.url), service: 'shop', nodeId: 'n' });
    node.handleRequest(Pack, (command) => void seen.push((command as Pack).orderId));
    try {
      await node.init();
      await node.start();
      await node.mediator.enqueue(new Pack('first'));
      for (const bytes of POISON) await raw.connection.request('catga.commands.plain.Pack', bytes);
      await node.mediator.enqueue(new Pack('last'));
      await until(async () => (await node.deadLetters.list()).items.length === POISON.length);
      await until(() => seen.includes('last'));
      const { items } = await node.deadLetters.list();
      expect(items.map(({ error }) => String(error.code)).toSorted()).toEqual([
        ...Array.from({ length: 4 }, () => 'CATGA_SERIALIZATION'),
        'CATGA_UNSUPPORTED',
      ]);
      expect(
        items.every(({ subscription, attempts }) => subscription === 'queue.Pack' && attempts === 1),
      ).toBe(true);
    } finally {
      await node.stop();
    }
  });

  it('among the dead letters are passed over', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const { deadLetters } = await bench.open({ servers: server.url });
    await expect(deadLetters.list({}, { limit: 10 })).resolves.toEqual({ items: [], next: undefined });
    const failure = {
      error: { name: 'E', message: 'm' },
      attempts: 1,
      nodeId: 'n',
      failedAt: new Date(1000),
    };
    await deadLetters.put(
      { id: 'ü~1', subscription: 'shop.A', stored: storedMessage({ messageId: 'ü' }), failure },
      60_000,
    );
    await raw.connection.request('catga.dead-letters.x', 'rubbish');
    await expect(deadLetters.list({ messageId: 'ü' }, { limit: 10 })).resolves.toMatchObject({
      items: [{ id: 'ü~1', failure }],
    });
  });

  it('among the records of the lanes keep nobody from subscribing', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const first = await bench.open({ servers: server.url });
    await (await first.log.subscribe(QUEUE, () => {})).stop();
    await raw.connection.request('$KV.catga_lanes.queue.queue=2EPack', '{"id":');
    for (const key of ['x', '=.=', 'queue.===', 'subscription.x', 'member.x'])
      await raw.connection.request(`$KV.catga_lanes.${key}`, '{"id":');
    const second = await bench.open({ servers: server.url }, { nodeId: 'second' });
    const received = new Received();
    await second.log.subscribe(SUBSCRIPTION, received.take);
    await append(second, 'm1');
    await received.atLeast(1);
    const queue = new Received();
    await second.log.subscribe(QUEUE, queue.take);
    await second.log.append(storedMessage({ name: 'Pack', kind: 'command' }));
    await queue.atLeast(1);
  });
});

describe('random bytes with any headers', () => {
  const SUBJECTS = ['catga.commands.plain.Pack', 'catga.commands.later.Pack', 'catga.retries.queue=2EPack'];
  const DELAYS = ['', '-1', '0', 'NaN', 'Infinity', '1e300', '9e18', '1', 'soon', '0x10', '1e9999'];

  async function spoil(raw: RawBroker, subject: string, times: number): Promise<void> {
    for (let sent = 0; sent < times; sent++) {
      const extra = headers();
      extra.set('Catga-Delay', DELAYS[sent % DELAYS.length] ?? '');
      extra.set('Nats-Msg-Id', `${subject} ${sent}`);
      if (sent % 3 === 0) extra.set('__proto__', 'x');
      await raw.connection.request(subject, randomBytes(8 + randomInt(300)), {
        headers: extra,
        timeout: 10_000,
      });
    }
  }

  it('become dead letters in every part of a queue, are counted, and hold up nothing', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const seen: string[] = [];
    const unhandled: unknown[] = [];
    const onUnhandled = (thrown: unknown): void => void unhandled.push(thrown);
    process.on('unhandledRejection', onUnhandled);
    const engine = nats({ servers: server.url, durable: { lanes: 2 } });
    const node = new CatgaNode({ engine, service: 'shop', nodeId: 'n' });
    const see = (message: object): void => void seen.push((message as Shipped | Pack).orderId);
    node.handleEvent(Shipped, see, { name: 'Listener' }).handleRequest(Pack, see);
    try {
      await node.init();
      await node.start();
      const { mediator } = node;
      const keys = ['a', 'b', 'c', 'd'];
      await Promise.all(keys.map((key) => mediator.publish(new Shipped(key), { key })));
      await Promise.all(keys.map((key) => mediator.enqueue(new Pack(key), { key })));
      for (const subject of [...SUBJECTS, 'catga.lanes.0', 'catga.lanes.1']) await spoil(raw, subject, 33);
      await Promise.all(keys.map((key) => mediator.publish(new Shipped(`${key} later`), { key })));
      await Promise.all(keys.map((key) => mediator.enqueue(new Pack(`${key} later`), { key })));
      await mediator.enqueue(new Pack('delayed'), { delayMs: 1 });
      const inLanes = 33 * 2;
      const inQueue = 33 * SUBJECTS.length;
      await until(() => seen.length === 4 * keys.length + 1);
      await until(
        async () => (await node.deadLetters.list({}, { limit: 1000 })).items.length === inQueue + 2 * inLanes,
      );
      const { failures } = node.failures;
      expect(failures.get('queue.Pack')).toBe(inQueue + inLanes);
      expect(failures.get('shop.Listener')).toBe(inLanes);
      for (const stream of ['catga_commands', 'catga_retries'])
        await until(async () => (await raw.stream(stream)).state.messages === 0);
      expect(unhandled).toEqual([]);
    } finally {
      await node.stop();
      process.off('unhandledRejection', onUnhandled);
    }
  });

  it('in the counts of attempts and the records of successes are no counts and no successes', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const { log, inbox } = await bench.open({ servers: server.url });
    await inbox.add('shop.Listener', { name: 'placed', messageId: 'm0' }, 60_000); // Makes the bucket.
    const received = new Received();
    await log.subscribe(QUEUE, received.hold);
    await log.append(storedMessage({ messageId: 'm1', name: 'Pack', kind: 'command' }));
    await received.atLeast(1);
    await received.at(0).nak(0);
    await received.atLeast(2);
    await received.at(1).nak(1000); // Two attempts are noted, and overwritten before the third.
    for (const bucket of ['catga_attempts', 'catga_inbox']) {
      const { state } = await raw.api<{ state: { subjects: Readonly<Record<string, number>> } }>(
        `STREAM.INFO.KV_${bucket}`,
        { subjects_filter: '>' },
      );
      const subjects = Object.keys(state.subjects);
      expect(subjects).not.toEqual([]);
      for (const subject of subjects) await raw.connection.request(subject, randomBytes(20));
    }
    await expect(inbox.has('shop.Listener', { name: 'placed', messageId: 'm0' })).resolves.toBe(false);
    await received.atLeast(3);
    expect(received.attempts).toEqual(['m1 1', 'm1 2', 'm1 2']);
  });
});
