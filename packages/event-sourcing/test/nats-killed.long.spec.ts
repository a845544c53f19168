import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { NatsServer } from '@catga/servers';
import { nats } from '@catga/nats';
import { CatgaModule, EventHandler, Message, ReliableEvent } from '@catga/nestjs';
import {
  CatgaEventSourcingModule,
  CatgaEventStreams,
  EventStream,
  Evolve,
  On,
  Projection,
  engineEventStore,
} from '@catga/event-sourcing';
import type { RecordedEvent } from '@catga/event-sourcing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

@ReliableEvent()
@Message({ name: 'killed.counted' })
class Counted {
  constructor(readonly id: string) {}
}

@EventStream({ name: 'counter' })
class Counter {
  total = 0;

  @Evolve(Counted)
  counted(_: Counted): void {
    this.total++;
  }
}

/** What was published. */
class Listener {
  readonly ids = new Set<string>();

  @EventHandler(Counted)
  on({ id }: Counted): void {
    this.ids.add(id);
  }
}

/** So that the node knows the stream. */
@Projection({ name: 'counts', streams: [Counter] })
class Counts {
  readonly ids: string[] = [];

  @On(Counted)
  on({ id }: Counted): void {
    this.ids.push(id);
  }
}

let server: NatsServer;

beforeAll(async () => {
  server = await NatsServer.spawn();
});

afterAll(() => server?.stop());

/** Runs a process that kills itself at a point, and resolves with the commands that it was answered. */
async function worker(name: string, diesAt: number | undefined, acknowledged: string[]): Promise<string> {
  const child = fork(
    new URL('nats-worker.mjs', import.meta.url),
    [JSON.stringify({ url: server.url, name, diesAt })],
    { stdio: 'inherit' },
  );
  child.on('message', (id: string) => void (id !== 'ready' && acknowledged.push(id)));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? `exit ${code}`;
}

it('events of processes that are killed around their appends are stored once, and all of them are published', async () => {
  @Module({
    imports: [
      CatgaModule.forRoot({
        engine: nats({ servers: server.url, durable: { lanes: 1 } }),
        nodeId: 'watcher',
        heartbeat: { intervalMs: 500, timeoutMs: 2000 },
      }),
      CatgaEventSourcingModule.forRoot({ storage: engineEventStore() }),
    ],
    providers: [Listener, Counts],
  })
  class WatcherModule {}
  const app = await NestFactory.createApplicationContext(WatcherModule, { logger: ['error'] });
  const acknowledged: string[] = [];
  const ends: string[] = [];
  for (let point = 1; point <= 12; point += 2)
    ends.push(
      ...(await Promise.all([
        worker(`one${point}`, 4 + point, acknowledged),
        worker(`other${point}`, 30 + point, acknowledged),
      ])),
    );
  expect(ends).toEqual(ends.map(() => 'SIGKILL'));
  await expect(worker('last', undefined, acknowledged)).resolves.toBe('exit 0');
  const { store } = app.get(CatgaEventStreams);
  const stored: RecordedEvent[] = [];
  for (const stream of ['s0', 's1', 's2'])
    for await (const recorded of store.read(`counter/${stream}`)) stored.push(recorded);
  const ids = stored.map(({ body }) => (JSON.parse(Buffer.from(body).toString()) as { id: string }).id);
  expect(new Set(ids).size).toBe(ids.length);
  // Both of an append or none.
  expect(ids.filter((id) => !ids.includes(id.endsWith('+') ? id.slice(0, -1) : `${id}+`))).toEqual([]);
  expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
  const { ids: published } = app.get(Listener);
  while (ids.some((id) => !published.has(id))) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(published.size).toBe(ids.length);
  const { ids: projected } = app.get(Counts);
  while (projected.length < ids.length) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(projected.toSorted()).toEqual(ids.toSorted());
  await app.close();
}, 240_000);
