import { describeOutbox, interruptedMemory } from '@catga/compliance';
import { TestClock } from '../time/test-clock.js';
import { memoryOutbox } from './memory-outbox.js';

const transactional = {
  isLasting: false,
  isTransactional: true,
  opensTransactions: true,
  keepsRecords: true,
};

describeOutbox(
  'memory with transactions',
  {
    capabilities: transactional,
    createOutbox: async (limits) => {
      const outbox = memoryOutbox({ ...limits, transactions: true });
      return { outbox, run: (work) => outbox.run(work) };
    },
  },
  () => interruptedMemory(new TestClock()),
);

describeOutbox(
  'memory',
  {
    capabilities: { isLasting: false, isTransactional: false },
    createOutbox: async (limits) => ({ outbox: memoryOutbox(limits) }),
  },
  () => interruptedMemory(new TestClock()),
);
