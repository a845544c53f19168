import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nats } from '@catga/nats';
import { pglite } from '@catga/sql';
import { NatsServer, NatsServerCluster } from '@catga/servers';
import { describeEventStore } from '@catga/testing/event-sourcing';
import { CatgaError } from '@catga/nestjs';
import { TestClock } from '@catga/core/engine';
import type { EventStore, NewEvent } from '../event-store.js';
import type { EngineEventStoreOptions } from './engine-event-storage.js';
import { EngineConnections, harnessOf, storageIn } from './engine-harness.fixture.js';

let server: NatsServer;
let cluster: NatsServerCluster;
let lite: PGlite;
let connections: EngineConnections;
let replicated: EngineConnections;

beforeAll(async () => {
  lite = await PGlite.create();
  server = await NatsServer.spawn();
  cluster = await NatsServerCluster.spawn();
  connections = connectionsTo(server.url);
  replicated = new EngineConnections(nats({ servers: cluster.urls, replicas: 3, durable: { lanes: 1 } }));
});

afterAll(async () => {
  await connections?.close();
  await replicated?.close();
  await server?.stop();
  await cluster?.stop();
  await lite?.close();
});

function connectionsTo(url: string): EngineConnections {
  return new EngineConnections(
    nats({
      servers: url,
      durable: { lanes: 1 },
      reconnect: { waitMs: 50, jitterMs: 0 },
      requestTimeoutMs: 3000,
    }),
  );
}

describeEventStore(
  'NATS, a thousand side by side',
  harnessOf(() => connections, undefined, 1000),
  { describe, it },
);

describeEventStore(
  'NATS, three servers',
  harnessOf(() => replicated),
  { describe, it },
);

describe('with read models in a database', () => {
  const readModels = (): EngineEventStoreOptions => ({ readModels: pglite(lite) });
  describeEventStore(
    'NATS',
    harnessOf(() => connections, readModels, 50),
    { describe, it },
  );
});

function eventOf(name: string): NewEvent {
  return { name, body: Buffer.from('{}'), serializer: 'json', headers: {} };
}

/** Names of the events of a stream. */
async function namesIn(store: EventStore, stream: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of store.read(stream)) names.push(name);
  return names;
}

describe('appends while the server is killed and comes back', () => {
  it('lose none that was acknowledged, double none, and leave no gap', async () => {
    const restarted = await NatsServer.spawn();
    const open = connectionsTo(restarted.url);
    const client = { namespace: 'catga', clock: new TestClock(), resolve: () => undefined };
    const store = await storageIn(open).open(client);
    const streams = ['a', 'b', 'c', 'd'];
    const writing = new AbortController();
    let unavailable = 0;
    const acknowledged: string[] = [];
    /** Appends to the version that it has read, and looks again when it does not know. */
    const write = async (stream: string, writer: number): Promise<void> => {
      for (let round = 0; !writing.signal.aborted; round++) {
        const name = `${stream}-${writer}-${round}`;
        for (;;) {
          try {
            const names = await namesIn(store, stream);
            if (!names.includes(name))
              await store.append(stream, [eventOf(name), eventOf(`${name}+`)], names.length);
            acknowledged.push(name);
            break;
          } catch (thrown) {
            if (!(thrown instanceof CatgaError)) throw thrown;
            if (thrown.code !== 'CATGA_CONFLICT') unavailable++;
            expect(['CATGA_CONFLICT', 'CATGA_ENGINE_UNAVAILABLE']).toContain(thrown.code);
          }
        }
      }
    };
    const writers = streams.flatMap((stream) => [1, 2].map((writer) => write(stream, writer)));
    const all = Promise.all(writers);
    for (let kill = 1; kill <= 8; kill++) {
      const before = acknowledged.length;
      while (acknowledged.length < before + 20) await new Promise((resolve) => setTimeout(resolve, 5));
      await restarted.kill();
      await restarted.start();
    }
    writing.abort();
    await all;
    const stored = new Map<string, string[]>();
    for (const stream of streams) stored.set(stream, await namesIn(store, stream));
    const names = [...stored.values()].flat();
    expect(new Set(names).size).toBe(names.length);
    expect(acknowledged.filter((name) => !names.includes(name))).toEqual([]);
    expect(names).toHaveLength(2 * acknowledged.length);
    const pages: string[] = [];
    for (let after: string | undefined, isLast = false; !isLast;) {
      const page = await store.readAll(after, 500);
      pages.push(...page.events.map(({ name }) => name));
      isLast = page.events.length === 0;
      after = page.next;
    }
    expect(pages.toSorted()).toEqual(names.toSorted());
    expect(unavailable).toBeGreaterThanOrEqual(0);
    await open.close();
    await restarted.stop();
  });

  it('are refused while JetStream is away, with the code of an engine that cannot be reached', async () => {
    const restarted = await NatsServer.spawn();
    const open = connectionsTo(restarted.url);
    const client = { namespace: 'catga', clock: new TestClock(), resolve: () => undefined };
    const store = await storageIn(open).open(client);
    const { checkpoint } = await store.append('a', [eventOf('e1')], 0);
    await restarted.kill();
    const unavailable = { code: 'CATGA_ENGINE_UNAVAILABLE' };
    await Promise.all([
      expect(store.append('a', [eventOf('e2')], 1)).rejects.toMatchObject(unavailable),
      expect(namesIn(store, 'a')).rejects.toMatchObject(unavailable),
      expect(store.readAll(undefined, 10)).rejects.toMatchObject(unavailable),
      expect(store.keys?.find('p')).rejects.toMatchObject(unavailable),
    ]);
    restarted.empty();
    await restarted.start();
    await expect(namesIn(store, 'a')).resolves.toEqual([]);
    await expect(store.readAll(checkpoint, 10)).rejects.toMatchObject({
      code: 'CATGA_CONFIGURATION',
      message: expect.stringContaining('belongs to another event log') as unknown,
    });
    await expect(store.append('a', [eventOf('e2')], 1)).rejects.toMatchObject({ code: 'CATGA_CONFLICT' });
    await expect(store.append('a', [eventOf('e1')], 0)).resolves.toMatchObject({ version: 1 });
    await open.close();
    await restarted.stop();
  });
});

describe('an append that is too large', () => {
  it('is refused, and nothing of it is stored', async () => {
    const client = { namespace: 'large', clock: new TestClock(), resolve: () => undefined };
    const store = await storageIn(connections).open(client);
    const large = { ...eventOf('large'), body: new Uint8Array(1024 * 1024) };
    await expect(store.append('a', [eventOf('small'), large], 0)).rejects.toMatchObject({
      code: 'CATGA_PAYLOAD_TOO_LARGE',
    });
    const fitting = { ...eventOf('fitting'), body: new Uint8Array(1000 * 1024) };
    for (let version = 0; version < 12; version++) await store.append('a', [fitting], version);
    await expect(namesIn(store, 'a')).resolves.toHaveLength(12);
    await expect(store.readAll(undefined, 100)).resolves.toMatchObject({ events: { length: 12 } });
  });
});
