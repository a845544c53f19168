import { NOTE } from '../../processes/peers/peer.js';
import type { Peer } from '../../processes/peers/peer.js';
import { openDatabase } from '../../sql/peers/database.js';
import { emmettStore } from './emmett.js';
import { streamFor } from './streams.js';

/** Emmett on PostgreSQL: an append of one event. */
export const emmettPeer: Peer = {
  async request(settings) {
    const pool = await openDatabase(settings);
    const store = emmettStore(pool.options.connectionString ?? '');
    return {
      async send(id) {
        await store.appendToStream(streamFor(id), [{ type: 'bench.recorded', data: { id, note: NOTE } }]);
        return { id, note: NOTE };
      },
      async close() {
        await store.close();
        await pool.end();
      },
    };
  },
};
