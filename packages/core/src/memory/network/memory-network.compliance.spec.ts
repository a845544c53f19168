import { describeEngine } from '@catga/compliance';
import { TestClock } from '../../time/test-clock.js';
import { MemoryNetwork } from './memory-network.js';

describeEngine('memory-network', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true },
  createEngine: () => Promise.resolve({ engine: new MemoryNetwork(), clock: new TestClock() }),
});
