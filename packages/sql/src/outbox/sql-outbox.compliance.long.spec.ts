import { describeOutbox, interruptedMemory } from '@catga/compliance';
import type { PgOptions } from '../adapters/pg.js';
import { sqlOutbox } from './sql-outbox.js';
import { SqlLabs } from './sql.fixture.js';

const labs = new SqlLabs();
const WAYS: readonly (readonly [string, PgOptions])[] = [
  ['in PostgreSQL', {}],
  ['in PostgreSQL, with prepared statements', { preparedStatements: true }],
];

for (const [name, options] of WAYS)
  describeOutbox(
    name,
    {
      capabilities: { isLasting: true, isTransactional: true, opensTransactions: true, keepsRecords: true },
      isLimited: false,
      createOutbox: async () => {
        const { database } = await labs.create(10, options);
        return {
          outbox: sqlOutbox(database),
          run: (work) => database.run(({ handle }) => work(handle)),
        };
      },
    },
    () => interruptedMemory(),
  );
