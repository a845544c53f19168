import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, Placed } from '../../processes/peers/peer.js';
import { committingSide } from './committing.js';
import { inTransaction, insertOrder, openDatabase } from './database.js';
import { graphileWorker } from './graphile-worker.js';
import { notifier } from './handled-notices.js';

const TASK = 'recorded';
const CONCURRENCY = 50;

/** graphile-worker: a job in the transaction of the row, handled by a worker that is notified. No broker. */
export const graphilePeer: Peer = {
  async request(settings) {
    const pool = await openDatabase(settings);
    const { makeWorkerUtils, Logger } = graphileWorker();
    const utils = await makeWorkerUtils({ pgPool: pool, logger: new Logger(() => () => {}) });
    await utils.migrate();
    return committingSide(settings, {
      commit: (id) =>
        inTransaction(pool, async (client) => {
          await insertOrder(client, id);
          const payload = JSON.stringify({ id, note: NOTE });
          await client.query('SELECT graphile_worker.add_job($1, $2::json)', [TASK, payload]);
        }),
      async close() {
        await utils.release();
        await pool.end();
      },
    });
  },

  async handle(settings) {
    const pool = await openDatabase(settings);
    const notices = await notifier(settings);
    const { run, Logger } = graphileWorker();
    const runner = await run({
      pgPool: pool,
      logger: new Logger(() => () => {}),
      concurrency: CONCURRENCY,
      noHandleSignals: true,
      taskList: { [TASK]: async (payload) => notices.handled((payload as Placed).id) },
    });
    return {
      async close() {
        await runner.stop();
        await notices.close();
        await pool.end();
      },
    };
  },
};
