import { describeOutbox, interruptedMemory } from '@catga/compliance';
import { sqlOutbox } from './sql-outbox.js';
import { SqlLabs } from './sql.fixture.js';

const labs = new SqlLabs();

describeOutbox(
  'in PostgreSQL',
  {
    capabilities: { isLasting: true, isTransactional: true, opensTransactions: true, keepsRecords: true },
    isLimited: false,
    createOutbox: async () => {
      const { database } = await labs.create();
      return {
        outbox: sqlOutbox(database),
        run: (work) => database.run(({ handle }) => work(handle)),
      };
    },
  },
  () => interruptedMemory(),
);
