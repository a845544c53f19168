import { describeEngine } from '@catga/compliance';
import { TestClock } from '../time/test-clock.js';
import { memory } from './memory-engine.js';

describeEngine('memory', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true, streams: true },
  createEngine: () => Promise.resolve({ engine: memory(), clock: new TestClock() }),
});
