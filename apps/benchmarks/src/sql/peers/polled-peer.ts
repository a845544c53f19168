import { setTimeout } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { Pool } from 'pg';
import { handleEach, open } from '../../nats/peers/jet-stream-peer.js';
import { NOTE } from '../../processes/peers/peer.js';
import type { Peer, PeerSettings, Placed } from '../../processes/peers/peer.js';
import { committingSide } from './committing.js';
import { inTransaction, insertOrder, openDatabase } from './database.js';
import { drained } from './drained.js';
import { notifier } from './handled-notices.js';

const PAUSE_MS = 100;
const PAGE = 1000;

/** An outbox as it is written by hand: a table, polled by FOR UPDATE SKIP LOCKED, sent by `js.publish`. */
export const polledPeer: Peer = {
  async request(settings) {
    const { pool, poll, close } = await openOutbox(settings);
    const stopped = new AbortController();
    const polling = (async () => {
      while (!stopped.signal.aborted)
        if ((await poll()) < PAGE) await setTimeout(PAUSE_MS, undefined, stopped).catch(() => {});
    })();
    return committingSide(settings, {
      commit: (id) =>
        inTransaction(pool, async (client) => {
          await insertOrder(client, id);
          await client.query('INSERT INTO outbox (body) VALUES ($1)', [JSON.stringify({ id, note: NOTE })]);
        }),
      async close() {
        stopped.abort();
        await polling;
        await close();
      },
    });
  },

  async handle(settings) {
    const notices = await notifier(settings);
    return handleEach(settings, (message) => {
      const event = message.json<Placed>();
      notices.handled(event.id);
      return [event];
    });
  },
};

/** The same one, which sends what waits for it. */
export const polledDrainPeer: Peer = {
  async request(settings) {
    const { pool, poll, close } = await openOutbox(settings);
    return {
      send: (id) => Promise.resolve({ id, note: NOTE }),
      async drain(messages) {
        await pool.query(
          `INSERT INTO outbox (body) SELECT json_build_object('id', n, 'note', $2::text)::text FROM generate_series(1, $1) AS n`,
          [messages, NOTE],
        );
        return drained(async () => {
          while ((await poll()) > 0);
        });
      },
      close,
    };
  },
};

async function openOutbox(settings: PeerSettings) {
  const pool = await openDatabase(settings);
  await pool.query(
    'CREATE TABLE IF NOT EXISTS outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)',
  );
  const { stream, connection } = await open(settings);
  const js = jetstream(connection);
  const send = (body: string, position: string): Promise<unknown> =>
    js.publish(`${stream}.stored`, body, { msgID: `${stream} ${position}` });
  return {
    pool,
    poll: () => pollOnce(pool, send),
    close: async (): Promise<void> => {
      await connection.close();
      await pool.end();
    },
  };
}

/** Returns how many were sent. */
async function pollOnce(
  pool: Pool,
  send: (body: string, position: string) => Promise<unknown>,
): Promise<number> {
  let sent = 0;
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ readonly position: string; readonly body: string }>(
      `SELECT position, body FROM outbox ORDER BY position LIMIT ${PAGE} FOR UPDATE SKIP LOCKED`,
    );
    if (rows.length === 0) return;
    await Promise.all(rows.map(({ body, position }) => send(body, position)));
    await client.query('DELETE FROM outbox WHERE position = ANY($1)', [rows.map(({ position }) => position)]);
    sent = rows.length;
  });
  return sent;
}
