import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineConnection } from '@catga/core/engine';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DurableBench, Received, SUBSCRIPTION, storedMessage } from './testing/durable.fixture.js';
import type { RawBroker } from './testing/durable.fixture.js';
import { until } from './testing/nats-cluster.fixture.js';
import type { NatsServer } from './testing/nats-server.fixture.js';

const STREAM = 'catga_events';
const ACK_WAIT_MS = 1000;

const bench = new DurableBench();
afterEach(() => bench.end());

const open = (server: NatsServer): Promise<EngineConnection> =>
  bench.open({ servers: server.url, durable: { ackWaitMs: ACK_WAIT_MS } });

const append = (connection: EngineConnection, ids: readonly string[], key?: string): Promise<unknown> =>
  Promise.all(ids.map((messageId) => connection.log.append(storedMessage({ messageId, key }))));

/** A server that is killed between emptying the files of what its consumers are at and filling them. */
async function forget(server: NatsServer): Promise<void> {
  await server.kill();
  const consumers = join(server.folderOf(STREAM), 'obs');
  for (const consumer of readdirSync(consumers)) {
    const state = join(consumers, consumer, 'o.dat');
    if (existsSync(state)) truncateSync(state, 0);
  }
  await server.start();
}

/** Everything is acknowledged, and the node that asks for it has been told so. */
async function isKnown({ connection }: RawBroker, lane: string): Promise<void> {
  const asked = connection.subscribe('$JS.API.CONSUMER.INFO.>');
  for await (const { subject } of asked) if (subject.endsWith(lane)) break;
}

describe('a server that forgot how far its consumers were', () => {
  it('has no event of a key handled again', async () => {
    const server = await bench.server();
    const connection = await open(server);
    const received = new Received();
    await connection.log.subscribe(SUBSCRIPTION, received.take);
    await append(connection, ['a', 'b', 'c'], 'k');
    await received.atLeast(3);
    await forget(server);
    await append(connection, ['d'], 'k');
    await received.atLeast(4);
    expect(received.ids).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has no event without a key handled again that the node knew to be settled', async () => {
    const server = await bench.server();
    const raw = await bench.raw(server);
    const connection = await open(server);
    const received = new Received();
    await connection.log.subscribe(SUBSCRIPTION, received.take);
    const known = isKnown(raw, 'plain');
    await append(connection, ['a', 'b', 'c']);
    await received.atLeast(3);
    await known;
    await forget(server);
    await append(connection, ['d']);
    await received.atLeast(4);
    expect(received.ids.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has what was not settled handled', async () => {
    const server = await bench.server();
    const connection = await open(server);
    const received = new Received();
    let isHolding = false;
    await connection.log.subscribe(SUBSCRIPTION, (delivery) =>
      isHolding ? received.hold(delivery) : received.take(delivery),
    );
    await append(connection, ['a', 'b'], 'k');
    await received.atLeast(2);
    isHolding = true;
    await append(connection, ['c', 'd'], 'k');
    await received.atLeast(3);
    await forget(server);
    isHolding = false;
    await until(() => received.ids.includes('d'));
    expect(received.ids).toEqual(['a', 'b', 'c', 'c', 'd']);
  });

  it('is told where to go on if it would have to pass many', async () => {
    const server = await bench.server();
    const connection = await open(server);
    const received = new Received();
    await connection.log.subscribe(SUBSCRIPTION, received.take);
    await append(connection, ['a'], 'k');
    const many = Array.from({ length: 1500 }, (_, index) => `m${index}`);
    await append(connection, many);
    await append(connection, ['b'], 'k');
    await received.atLeast(1502);
    await forget(server);
    await append(connection, ['c'], 'k');
    await until(() => received.ids.includes('c'));
    expect(received.ids.filter((id) => !id.startsWith('m'))).toEqual(['a', 'b', 'c']);
    const raw = await bench.raw(server);
    const { consumers } = await raw.api<{
      readonly consumers: readonly { readonly config: { readonly opt_start_seq?: number } }[];
    }>(`CONSUMER.LIST.${STREAM}`);
    expect(consumers.map(({ config }) => config.opt_start_seq)).toContain(1503);
  });

  it('that has lost the stream too delivers what is stored anew under the old numbers', async () => {
    const server = await bench.server();
    const connection = await open(server);
    const received = new Received();
    await connection.log.subscribe(SUBSCRIPTION, received.take);
    await append(connection, ['a', 'b', 'c'], 'k');
    await received.atLeast(3);
    await server.kill();
    server.empty();
    await server.start();
    await append(connection, ['d', 'e'], 'k');
    await received.atLeast(5);
    expect(received.ids).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
