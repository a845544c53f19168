import { sqlOutbox } from '@catga/sql';
import { outboxStoreSuite } from '@catga/testing/outbox';
import type { OutboxClient } from '@catga/core/outbox';
import type { OpenedSqlDatabase, SqlDatabaseHarness, TestRunner } from '@catga/sql/testing';

/** Runs the suite of outboxes through a library. */
export function describeOutbox<Handle>(
  name: string,
  { open }: SqlDatabaseHarness<Handle>,
  runner: TestRunner,
  resolve?: (token: unknown) => unknown,
): void {
  runner.describe(`The outbox through ${name}`, () => {
    let opened: OpenedSqlDatabase<Handle> | undefined;
    runner.beforeAll(async () => {
      opened = await open(10);
    });
    runner.afterAll(async () => opened?.close());
    const suite = outboxStoreSuite({
      capabilities: { isLasting: true, isTransactional: true, opensTransactions: true, keepsRecords: true },
      isLimited: false,
      createOutbox: async () => {
        if (opened === undefined) throw new Error('The database is not open.');
        const { database } = opened;
        const outbox = sqlOutbox(database);
        const withProviders = (client: OutboxClient): OutboxClient => ({
          namespace: client.namespace,
          nodeId: client.nodeId,
          committed: (entries) => client.committed(entries),
          known: (key) => client.known(key),
          resolve: (token) => (resolve === undefined ? client.resolve(token) : resolve(token)),
        });
        await database.root.execute('DROP SCHEMA public CASCADE');
        await database.root.execute('CREATE SCHEMA public');
        return {
          outbox: { ...outbox, open: (client) => outbox.open(withProviders(client)) },
          run: (work) => database.run(({ handle }) => work(handle)),
        };
      },
    });
    for (const { name: title, run } of suite) runner.it(title, run);
  });
}
