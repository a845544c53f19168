import { NOTE } from '../../processes/peers/peer.js';
import type { Peer } from '../../processes/peers/peer.js';
import { openDatabase } from '../../sql/peers/database.js';

/** One INSERT of one row, which is its own transaction. */
export const insertPeer: Peer = {
  async request(settings) {
    const pool = await openDatabase(settings);
    return {
      async send(id) {
        await pool.query('INSERT INTO orders (id, note) VALUES ($1, $2)', [id, NOTE]);
        return { id, note: NOTE };
      },
      close: () => pool.end(),
    };
  },
};
