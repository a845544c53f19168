import {
  CatgaEventSourcingModule,
  CatgaEventStreams,
  CatgaProjections,
  EventStream,
  Evolve,
  OnBatch,
  Projection,
  engineEventStore,
  sqlEventStore,
} from '@catga/event-sourcing';
import type { BatchContext, Checkpoint, EventStore, NewEvent, ProjectedEvent } from '@catga/event-sourcing';
import { nats } from '@catga/nats';
import { CatgaModule } from '@catga/nestjs';
import { pg, sqlOutbox } from '@catga/sql';
import type { PgOptions } from '@catga/sql';
import type { Provider } from '@nestjs/common';
import type { Pool } from 'pg';
import { nestApp } from '../../apps/nest-app.js';
import { Recorded } from '../../processes/peers/catga-messages.js';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, PeerSettings, RequestingSide } from '../../processes/peers/peer.js';
import { openDatabase } from '../../sql/peers/database.js';
import { drained } from '../../sql/peers/drained.js';
import { streamFor } from './streams.js';

const PAGE = 500;
const BATCH = 1000;

@EventStream({ name: 'account', snapshot: { every: 200, version: 1 } })
class Account {
  events = 0;

  @Evolve(Recorded)
  recorded(_: Recorded): void {
    this.events++;
  }
}

@Projection({
  name: 'recorded',
  batch: BATCH,
  tables: { recorded: 'id bigint PRIMARY KEY, note text NOT NULL' },
})
class RecordedRows {
  @OnBatch(Recorded)
  async recorded(events: readonly ProjectedEvent<Recorded>[], { tx, table }: BatchContext): Promise<void> {
    await tx.execute(`INSERT INTO ${table('recorded')} SELECT * FROM unnest($1::bigint[], $2::text[])`, [
      events.map(({ event }) => event.id),
      events.map(({ event }) => event.note),
    ]);
  }
}

/** An append of one event, to one of a thousand streams. */
const appendPeerWith = (options: PgOptions): Peer => ({
  async request(settings) {
    const { store, close } = await startApp(settings, [], options);
    return appending(store, close);
  },
});

export const appendPeer = appendPeerWith({});
export const preparedAppendPeer = appendPeerWith({ preparedStatements: true });

/** The same on NATS. */
export const appendOnNatsPeer: Peer = {
  async request({ url, namespace }) {
    const app = await nestApp({
      imports: [
        CatgaModule.forRoot({ engine: nats(url), namespace }),
        CatgaEventSourcingModule.forRoot({ storage: engineEventStore() }),
      ],
    });
    return appending(app.get(CatgaEventStreams).store, () => app.close());
  },
};

/** Loads the state of one stream. */
export const loadPeer: Peer = {
  async request(settings) {
    const { store, streams, close } = await startApp(settings);
    const events = settings.rows ?? 0;
    // As it grows in use: a snapshot is taken by whoever reads that many.
    for (let from = 0; from < events; from += 200) {
      await append(store, 'account/1', from, Math.min(200, events - from));
      await streams.load(Account, 1);
    }
    return {
      async send(id) {
        const { state } = await streams.load(Account, 1);
        if (state.events !== events) throw new Error(`There are ${state.events} events.`);
        return { id, note: NOTE };
      },
      close,
    };
  },
};

/** A read model with a row for each event, from the first event until it has all. */
export const projectPeer: Peer = {
  async request(settings) {
    let from = 0;
    return {
      async send(id) {
        return { id, note: NOTE };
      },
      async drain(messages) {
        const filling = await startApp(settings);
        for (const end = from + messages; from < end; from += BATCH)
          await append(filling.store, `account/${from}`, from, Math.min(BATCH, end - from));
        await filling.pool.query('VACUUM ANALYZE catga_event');
        await filling.pool.query('CHECKPOINT');
        await filling.close();
        let stop = (): Promise<void> => Promise.resolve();
        const result = await drained(async () => {
          const { projections, close } = await startApp(settings, [RecordedRows]);
          stop = close;
          while ((await projections.list()).some(({ isBehind, role }) => isBehind || role !== 'live'))
            await new Promise((resolve) => setTimeout(resolve, 5));
        });
        await stop();
        return result;
      },
      async close() {},
    };
  },
};

/** Reads a page of all events, at the beginning or at the end. */
export const readAllPeer: Peer = {
  /** Fills the store, in a process of its own: reads are slower in one that has written a million events. */
  async handle(settings) {
    const { store, pool, close } = await startApp(settings);
    const events = settings.rows ?? 0;
    let end: Checkpoint | undefined;
    for (let from = 0; from < events - PAGE; from += BATCH)
      end = await append(store, `account/${from}`, from, Math.min(BATCH, events - PAGE - from));
    await append(store, 'account/last', events - PAGE, PAGE);
    await pool.query('CREATE TABLE place AS SELECT $1::text AS checkpoint', [end]);
    await pool.query('VACUUM ANALYZE catga_event');
    await pool.query('CHECKPOINT');
    await close();
    return { close: () => Promise.resolve() };
  },

  async request(settings) {
    const { store, pool, close } = await startApp(settings);
    const { rows } = await pool.query<{ checkpoint: Checkpoint }>('SELECT checkpoint FROM place');
    const after = settings.isAtTheEnd === true ? rows[0]?.checkpoint : undefined;
    return {
      async send(id) {
        const page = await store.readAll(after, PAGE);
        if (page.events.length !== PAGE) throw new Error(`There are ${page.events.length} events.`);
        return { id, note: NOTE };
      },
      close,
    };
  },
};

function appending(store: EventStore, close: () => Promise<void>): RequestingSide {
  return {
    async send(id) {
      await store.append(streamFor(id), [eventOf(id)], 'any');
      return { id, note: NOTE };
    },
    close,
  };
}

function eventOf(id: number): NewEvent {
  return {
    name: 'bench.recorded',
    body: Buffer.from(JSON.stringify({ id, note: NOTE })),
    serializer: 'json',
    headers: {},
  };
}

async function append(
  store: EventStore,
  stream: string,
  from: number,
  count: number,
): Promise<Checkpoint | undefined> {
  if (count <= 0) return undefined;
  const events = Array.from({ length: count }, (_, at) => eventOf(from + at));
  return (await store.append(stream, events, 'any')).checkpoint;
}

interface App {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly streams: CatgaEventStreams;
  readonly projections: CatgaProjections;
  readonly close: () => Promise<void>;
}

/** A Nest application on memory, with its events in the database. */
async function startApp(
  settings: PeerSettings,
  providers: Provider[] = [],
  options: PgOptions = {},
): Promise<App> {
  const pool = await openDatabase(settings);
  const database = pg(pool, options);
  const app = await nestApp({
    imports: [
      CatgaModule.forRoot({ outbox: sqlOutbox(database) }),
      CatgaEventSourcingModule.forRoot({ storage: sqlEventStore(database) }),
    ],
    providers,
  });
  const streams = app.get(CatgaEventStreams);
  return {
    pool,
    store: streams.store,
    streams,
    projections: app.get(CatgaProjections),
    async close() {
      await app.close();
      await pool.end();
    },
  };
}
