import type { OutboxClient, TransactionalOutboxStore } from '@catga/core/outbox';
import { PostgresServer } from '@catga/servers';
import { pg, sqlOutbox } from '@catga/sql';
import { describeSagaStore } from '@catga/testing/sagas';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { Pool } from 'pg';

describe('in a database', () => {
  let server: PostgresServer;
  let pool: Pool;
  let cases = 0;
  beforeAll(async () => {
    server = await PostgresServer.spawn();
    pool = new Pool({ connectionString: server.url, max: 10 });
    pool.on('error', () => {});
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  describeSagaStore('PostgreSQL', {
    async open() {
      const client: OutboxClient = {
        namespace: `case${++cases}`,
        nodeId: 'raw',
        committed: () => {},
        known: () => [],
        resolve: () => undefined,
      };
      const store = (await sqlOutbox(pg(pool)).open(client)) as TransactionalOutboxStore;
      const { records } = store;
      if (records === undefined) throw new Error('The outbox keeps no records.');
      return { connect: () => Promise.resolve(records), stop: () => store.close() };
    },
  });
});
