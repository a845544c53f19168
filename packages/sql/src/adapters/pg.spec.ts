import { expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { pg } from './pg.js';
import type { PgClient } from './pg-connection.js';

/** A client whose connection is lost as soon as it is there. */
class LostClient extends EventEmitter implements PgClient {
  readonly released: unknown[] = [];

  query(): Promise<never> {
    return Promise.reject(new Error('The connection is lost.'));
  }
  release(error?: Error | boolean): void {
    this.released.push(error);
  }
}

it('a connection that is lost before anybody could await it ends no process, and is not used again', async () => {
  const client = new LostClient();
  const terminated = new Error('terminating connection due to unexpected postmaster exit');
  const pool = {
    query: () => Promise.reject(new Error('Nobody asks the pool.')),
    connect(callback: (error: Error | undefined, client: PgClient | undefined) => void): void {
      callback(undefined, client);
      client.emit('error', terminated);
    },
  };
  await expect(pg(pool).run(() => Promise.resolve())).rejects.toThrow('The connection is lost.');
  expect(client.released).toEqual([expect.any(Error)]);
  expect(client.listenerCount('error')).toBe(0);
});
