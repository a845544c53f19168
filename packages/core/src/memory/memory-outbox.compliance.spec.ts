import { describeOutbox, interruptedMemory } from '@catga/compliance';
import { TestClock } from '../time/test-clock.js';
import { memoryOutbox } from './memory-outbox.js';

describeOutbox(
  'memory',
  {
    capabilities: { isLasting: false, isTransactional: false },
    createOutbox: async (limits) => ({ outbox: memoryOutbox(limits) }),
  },
  () => interruptedMemory(new TestClock()),
);
