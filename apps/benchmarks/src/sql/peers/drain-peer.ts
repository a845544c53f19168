import { setTimeout } from 'node:timers/promises';
import { json } from '@catga/core';
import type { OutboxMessage } from '@catga/core/outbox';
import { pg, sqlOutbox } from '@catga/sql';
import type { SqlDatabase } from '@catga/sql';
import type { Pool } from 'pg';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, PeerSettings } from '../../processes/peers/peer.js';
import { openDatabase } from './database.js';
import { drained } from './drained.js';
import { startApp } from './outbox-peer.js';

const BATCH = 1000;
const LOOK_MS = 100;

/** A node of Catga that starts with an outbox full of what could not be sent before. */
export const drainPeer: Peer = {
  async request(settings) {
    const pool = await openDatabase(settings);
    const database = pg(pool);
    let round = 0;
    return {
      send: (id) => Promise.resolve({ id, note: NOTE }),
      async drain(messages) {
        await fill(database, settings, messages, `round-${++round}`);
        let app: Awaited<ReturnType<typeof startApp>> | undefined;
        const result = await drained(async () => {
          app = await startApp(settings, [], database);
          while (await isWaiting(pool)) await setTimeout(LOOK_MS);
        });
        await app?.close();
        return result;
      },
      close: () => pool.end(),
    };
  },
};

/** As a node adds them that has no engine. */
async function fill(
  database: SqlDatabase,
  { namespace, keys }: PeerSettings,
  messages: number,
  round: string,
): Promise<void> {
  const nodeId = 'filler';
  const client = { namespace, nodeId, committed() {}, known: () => [], resolve() {} };
  const store = await sqlOutbox(database).open(client);
  const serializer = json();
  const messageOf = (id: number): OutboxMessage => ({
    message: {
      messageId: `${round}-${id}`,
      name: 'bench.recorded',
      kind: 'event',
      body: serializer.encode({ id, note: NOTE }),
      serializer: 'json',
      headers: {},
      key: keys === undefined ? undefined : `key-${id % keys}`,
      correlationId: round,
      causationId: undefined,
      originNodeId: nodeId,
      sentAtMs: Date.now(),
      history: [],
    },
  });
  for (let from = 0; from < messages; from += BATCH) {
    const size = Math.min(BATCH, messages - from);
    await store.add(Array.from({ length: size }, (_, index) => messageOf(from + index)));
  }
  await store.close();
}

async function isWaiting(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM catga_outbox LIMIT 1');
  return rowCount !== 0;
}
