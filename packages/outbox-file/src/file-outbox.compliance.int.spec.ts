import { describeOutbox, interruptedMemory } from '@catga/compliance';
import { fileOutbox } from './file-outbox.js';
import { temporaryFolder } from './temporary-folder.fixture.js';

describeOutbox(
  'file',
  {
    capabilities: { isLasting: true, isTransactional: false },
    createOutbox: async (limits) => ({ outbox: fileOutbox({ path: await temporaryFolder(), ...limits }) }),
  },
  () => interruptedMemory(),
);
