import { describeOutbox } from '@catga/compliance';
import { memoryOutbox } from './memory-outbox.js';

describeOutbox('memory', {
  capabilities: { isLasting: false, isTransactional: false },
  createOutbox: async (limits) => ({ outbox: memoryOutbox(limits) }),
});
