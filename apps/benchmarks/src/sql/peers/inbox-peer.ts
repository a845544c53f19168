import { randomUUID } from 'node:crypto';
import { CatgaIds } from '@catga/core';
import type { HandlerTransactions, OutboxStore } from '@catga/core/outbox';
import { pg, sqlOutbox } from '@catga/sql';
import type { Pool } from 'pg';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer } from '../../processes/peers/peer.js';
import { openDatabase } from './database.js';

const BATCH = 10_000;
const SUBSCRIPTION = 'handling.recorded';
const NAME = 'bench.recorded';

/** Claims of an inbox, each in a transaction of its own that does nothing else. */
export const inboxPeer: Peer = {
  async request(settings) {
    const { namespace, rows = 0, isRandom = false } = settings;
    const pool = await openDatabase(settings);
    const nodeId = 'node0';
    const client = { namespace, nodeId, committed() {}, known: () => [], resolve() {} };
    const store = (await sqlOutbox(pg(pool)).open(client)) as OutboxStore & HandlerTransactions;
    const ids = new CatgaIds();
    const nextId = isRandom ? randomUUID : () => ids.next();
    await fill(pool, namespace, rows, nextId);
    return {
      async send(id) {
        const claim = () => store.addHandled(SUBSCRIPTION, { name: NAME, messageId: nextId() });
        if (!(await store.inTransaction(claim))) throw new Error('The id is not new.');
        return { id, note: NOTE };
      },
      async close() {
        await store.close();
        await pool.end();
      },
    };
  },
};

async function fill(pool: Pool, namespace: string, rows: number, nextId: () => string): Promise<void> {
  for (let from = 0; from < rows; from += BATCH)
    await pool.query(
      `INSERT INTO catga_inbox (namespace, subscription, name, message_id) SELECT $1, $2, $3, unnest($4::text[])`,
      [namespace, SUBSCRIPTION, NAME, Array.from({ length: Math.min(BATCH, rows - from) }, nextId)],
    );
  // What filling it leaves to be done may not fall into a round.
  await pool.query('VACUUM ANALYZE catga_inbox');
  await pool.query('CHECKPOINT');
}
