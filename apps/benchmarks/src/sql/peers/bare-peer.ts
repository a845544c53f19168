import type { Peer } from '../../processes/peers/peer.js';
import { committingSide } from './committing.js';
import { inTransaction, insertOrder, openDatabase } from './database.js';

/** A transaction that inserts one row, and sends nothing. */
export const barePeer: Peer = {
  async request(settings) {
    const pool = await openDatabase(settings);
    return committingSide(settings, {
      commit: (id) => inTransaction(pool, (client) => insertOrder(client, id)),
      close: () => pool.end(),
    });
  },
};
