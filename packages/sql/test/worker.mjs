// A node as a process of its own, which kills itself where a test says.
import { CatgaNode, Command, Message, ReliableEvent } from '@catga/core';
import { nats } from '@catga/nats';
import { redis } from '@catga/redis';
import { pg, sqlOutbox } from '@catga/sql';
import pgModule from 'pg';

const { postgres, engine, url, nodeId, diesAt } = JSON.parse(process.argv[2]);

class Placed {
  constructor(orderId) {
    this.orderId = orderId;
  }
}
ReliableEvent()(Placed);
Message({ name: 'e2e.placed.v1', key: 'orderId' })(Placed);

class Place extends Command {
  constructor(orderId) {
    super();
    this.orderId = orderId;
  }
}
Message({ name: 'e2e.place.v1' })(Place);

const pool = new pgModule.Pool({ connectionString: postgres, max: 5 });
pool.on('error', () => {}); // A connection is lost when the server is killed.
const database = pg(pool);
const die = () => process.kill(process.pid, 'SIGKILL');

/** Dies between a COMMIT and what follows it. */
const dying = (outbox) => ({
  ...outbox,
  async open(client) {
    const committed = diesAt === 'committed' ? die : client.committed;
    const store = await outbox.open({ ...client, committed });
    if (diesAt !== 'handled') return store;
    const inTransaction = store.inTransaction.bind(store);
    return Object.assign(store, {
      async inTransaction(work) {
        await inTransaction(work);
        die();
        await new Promise(() => {});
      },
    });
  },
});

const effect = (kind, id) =>
  database.current().query('INSERT INTO effects (kind, message) VALUES ($1, $2)', [kind, id]);

const node = new CatgaNode({
  // What a killed process had not acknowledged comes back after ackWaitMs; over Redis after 5 s.
  engine: engine === 'nats' ? nats({ servers: url, durable: { ackWaitMs: 5000 } }) : redis({ url }),
  service: 'shop',
  nodeId,
  heartbeat: { intervalMs: 200, timeoutMs: 1000 },
  outbox: dying(sqlOutbox(database)),
})
  .handleRequest(
    Place,
    async ({ orderId }, context) => {
      await effect('place', orderId);
      await context.publish(new Placed(orderId));
      if (diesAt === 'handling') {
        die();
        await new Promise(() => {});
      }
    },
    { transaction: true },
  )
  .handleEvent(Placed, ({ orderId }) => effect('placed', orderId), { transaction: true });

await node.init();
await node.start();
process.send('ready');
process.on('disconnect', () => process.exit());
