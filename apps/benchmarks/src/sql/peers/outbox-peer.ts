import { CatgaMediator, CatgaModule, EventHandler } from '@catga/nestjs';
import type { IEventHandler } from '@catga/nestjs';
import { nats } from '@catga/nats';
import { pg, sqlOutbox } from '@catga/sql';
import type { PgOptions, SqlDatabase } from '@catga/sql';
import type { Provider } from '@nestjs/common';
import { nestApp } from '../../apps/nest-app.js';
import { Recorded } from '../../processes/peers/catga-messages.js';
import { NOTE } from '../../processes/peers/peer.js';
import type { HandlingSide, Peer, PeerSettings } from '../../processes/peers/peer.js';
import { committingSide } from './committing.js';
import { insertOrder, openDatabase } from './database.js';
import { notifier } from './handled-notices.js';

/** Catga with its outbox in the database: `publish` in the transaction of the row. */
const outboxPeerWith = (options: PgOptions): Peer => ({
  async request(settings) {
    const pool = await openDatabase(settings);
    const database = pg(pool, options);
    const app = await startApp(settings, [], database);
    const mediator = app.get(CatgaMediator);
    return committingSide(settings, {
      commit: (id) =>
        database.run(async ({ handle }) => {
          await insertOrder(handle, id);
          await mediator.publish(new Recorded(id, NOTE));
        }),
      async close() {
        await app.close();
        await pool.end();
      },
    });
  },
  handle,
});

export const outboxPeer = outboxPeerWith({});
export const preparedOutboxPeer = outboxPeerWith({ preparedStatements: true });

/** Catga without an outbox, and without a transaction: `publish` alone. */
export const publishPeer: Peer = {
  async request(settings) {
    const app = await startApp(settings, []);
    const mediator = app.get(CatgaMediator);
    return committingSide(settings, {
      commit: (id) => mediator.publish(new Recorded(id, NOTE)),
      sendsItself: true,
      close: () => app.close(),
    });
  },
  handle,
};

async function handle(settings: PeerSettings): Promise<HandlingSide> {
  const notices = await notifier(settings);

  @EventHandler(Recorded, { name: 'recorded' })
  class RecordedHandler implements IEventHandler<Recorded> {
    async handle({ id }: Recorded): Promise<void> {
      notices.handled(id);
    }
  }

  const app = await startApp(settings, [RecordedHandler]);
  return {
    async close() {
      await app.close();
      await notices.close();
    },
  };
}

/** A Nest application with default options. */
export function startApp(
  { url, namespace, index }: PeerSettings,
  providers: Provider[],
  database?: SqlDatabase,
) {
  return nestApp({
    imports: [
      CatgaModule.forRoot({
        engine: nats(url),
        outbox: database && sqlOutbox(database),
        namespace,
        service: index < 0 ? 'storing' : 'handling',
        nodeId: `node${index}`,
      }),
    ],
    providers,
  });
}
