import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '@catga/servers';
import type { EngineConnection, LogSubscription } from '@catga/core/engine';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DurableBench, Received, storedMessage } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';
import type { NatsServer } from './testing/nats-server.fixture.js';

const STREAM = 'catga_commands';
const QUEUE: LogSubscription = { id: 'queue.Pay', kind: 'command', names: ['Pay'], concurrency: 4 };

interface ConsumerFloor {
  readonly name: string;
  readonly ack_floor: { readonly consumer_seq: number };
}

const bench = new DurableBench();
let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(async () => {
  await bench.end();
  folder.remove();
});

/** Four commands. */
async function append(connection: EngineConnection): Promise<void> {
  for (const messageId of ['m1', 'm2', 'm3', 'm4'])
    await connection.log.append(storedMessage({ messageId, name: 'Pay', kind: 'command' }));
}

/** Runs all four, and is gone. */
async function handle(server: NatsServer): Promise<void> {
  const connection = await bench.open({ servers: server.url });
  const received = new Received();
  await connection.log.subscribe(QUEUE, received.take);
  await received.atLeast(4);
  await until(async () => (await held(server)) === 0);
  await connection.close();
  await until(() => areFloorsStored(server));
}

/**
 * Whether the server has stored the acknowledgement floor of each consumer. One that is stopped while it stores an
 * older floor may keep that one. The file begins with a magic number, a version, and the floor counted in deliveries
 * as a varint, which is below 128 here.
 */
async function areFloorsStored(server: NatsServer): Promise<boolean> {
  const raw = await bench.raw(server);
  const { consumers } = await raw.api<{ readonly consumers: readonly ConsumerFloor[] }>(
    `CONSUMER.LIST.${STREAM}`,
  );
  return consumers.every(({ name, ack_floor: floor }) => {
    const file = join(server.folderOf(STREAM), 'obs', name, 'o.dat');
    return (existsSync(file) ? readFileSync(file)[2] : 0) === floor.consumer_seq;
  });
}

async function held(server: NatsServer): Promise<number> {
  return (await (await bench.raw(server)).stream(STREAM)).state.messages;
}

/** The server stops, something is done to the messages that it stores, and it starts again. */
async function whileDown(server: NatsServer, act: (messages: string) => void): Promise<void> {
  await server.shutDown();
  act(join(server.folderOf(STREAM), 'msgs'));
  await server.start();
}

const keep = (messages: string): void => cpSync(messages, folder.path, { recursive: true });
const putBack = (messages: string): void => {
  rmSync(messages, { recursive: true });
  cpSync(folder.path, messages, { recursive: true });
};

describe('a queue of which the server wrote down one half when it broke down', () => {
  it('is rid of commands that were acknowledged and not removed, and goes on', async () => {
    const server = await bench.server();
    const first = await bench.open({ servers: server.url });
    await append(first);
    await first.close();
    await whileDown(server, keep);
    await handle(server);
    await whileDown(server, putBack);
    await expect(held(server)).resolves.toBe(4);
    const second = await bench.open({ servers: server.url });
    const received = new Received();
    await second.log.subscribe(QUEUE, received.take);
    await expect(held(server)).resolves.toBe(0);
    await second.log.append(storedMessage({ messageId: 'm5', name: 'Pay', kind: 'command' }));
    await received.atLeast(1);
    expect(received.ids).toEqual(['m5']);
  });

  it('delivers commands that have the numbers of those it lost', async () => {
    const server = await bench.server();
    const first = await bench.open({ servers: server.url });
    await (await first.log.subscribe(QUEUE, () => {})).stop();
    await first.close();
    await whileDown(server, keep);
    const second = await bench.open({ servers: server.url });
    await append(second);
    await second.close();
    await handle(server);
    await whileDown(server, putBack);
    const third = await bench.open({ servers: server.url });
    const received = new Received();
    await third.log.subscribe(QUEUE, received.take);
    for (const messageId of ['n1', 'n2']) {
      await third.log.append(storedMessage({ messageId, name: 'Pay', kind: 'command' }));
    }
    await received.atLeast(2);
    expect(received.ids.toSorted()).toEqual(['n1', 'n2']);
  });
});
