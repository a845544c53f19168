import type { SqlValue } from '../database/sql-adapter.js';
import type { SqlRow } from '../database/sql-executor.js';

interface PgResult {
  readonly rows: readonly SqlRow[];
  readonly command?: string;
}

/** A statement as `pg` takes it. One with a name is prepared once per connection. */
export interface PgStatement {
  readonly text: string;
  readonly values: SqlValue[];
  readonly name?: string | undefined;
}

interface PgQueryable {
  query(sql: string, values: SqlValue[]): Promise<PgResult>;
  query(statement: PgStatement): Promise<PgResult>;
}

/** A client of a pool of `pg`. */
export interface PgClient extends PgQueryable {
  release(error?: Error | boolean): void;
  getTransactionStatus?(): string | null;
  getTypeParser?(type: number, format: 'text'): (text: string) => unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** `Pool` of `pg`. */
export interface PgPool extends PgQueryable {
  connect(callback: (error: Error | undefined, client: PgClient | undefined) => void): void;
}

/** Whether a client has no open transaction. */
export function isIdle(client: PgClient): boolean {
  return client.getTransactionStatus?.() === 'I';
}

/** Opens a transaction on its own client. `work` COMMITs it. */
export async function transact<Client extends PgClient, T>(
  pool: PgPool,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  let lost: Error | undefined;
  const onError = (error: Error): void => void (lost = error);
  const client = await clientOf<Client>(pool, onError);
  try {
    await client.query('BEGIN', []);
    return await work(client);
  } catch (thrown) {
    await client.query('ROLLBACK', []).catch(onError);
    throw thrown;
  } finally {
    client.removeListener('error', onError);
    client.release(lost);
  }
}

/**
 * Takes a client from the pool and adds an error listener synchronously: without one a lost connection ends the process, and a promise
 * would be too late for a connection that is lost at once.
 */
function clientOf<Client extends PgClient>(pool: PgPool, onError: (error: Error) => void): Promise<Client> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined || error !== undefined) return reject(error ?? new Error('No client.'));
      client.on('error', onError);
      resolve(client as Client);
    });
  });
}
