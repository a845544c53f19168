import { Client, Pool } from 'pg';
import type { PoolClient } from 'pg';
import { NOTE } from '../../processes/peers/peer.js';
import type { PeerSettings } from '../../processes/peers/peer.js';

/** More than there are transactions at a time. */
const CONNECTIONS = 60;

/** A database of the contender's own, with a table of orders. */
export async function openDatabase({ databaseUrl, namespace }: PeerSettings): Promise<Pool> {
  if (databaseUrl === undefined) throw new Error('This peer needs a database.');
  const server = new Client({ connectionString: databaseUrl });
  await server.connect();
  const { rowCount } = await server.query('SELECT FROM pg_database WHERE datname = $1', [namespace]);
  if (rowCount === 0) await server.query(`CREATE DATABASE ${namespace}`);
  await server.end();
  const url = new URL(databaseUrl);
  url.pathname = namespace;
  const pool = new Pool({ connectionString: url.href, max: CONNECTIONS, idleTimeoutMillis: 0 });
  pool.on('error', () => {}); // The server is stopped.
  await pool.query('CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, note text NOT NULL)');
  return pool;
}

/** A transaction as it is written by hand. */
export async function inTransaction(pool: Pool, work: (client: PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } catch (thrown) {
    await client.query('ROLLBACK');
    throw thrown;
  } finally {
    client.release();
  }
}

/** The row that every transaction inserts. */
export async function insertOrder(client: PoolClient, id: number): Promise<void> {
  await client.query('INSERT INTO orders (id, note) VALUES ($1, $2)', [id, NOTE]);
}
