import { describeEngine } from '@catga/compliance';
import { TestClock } from '../../time/test-clock.js';
import { MemoryNetwork } from './memory-network.js';

describeEngine('memory-network', {
  capabilities: { requests: [0, 1, 2], events: [0, 1, 2], queues: true, streams: true },
  createEngine: () => Promise.resolve({ engine: new MemoryNetwork(), clock: new TestClock() }),
  createCluster() {
    const network = new MemoryNetwork();
    return Promise.resolve({
      engine: network,
      clock: new TestClock(),
      crash: (nodeId) => network.crash(nodeId),
      pause: (nodeId) => network.pause(nodeId),
      resume: (nodeId) => network.resume(nodeId),
      cutOff: (nodeId) => network.isolate(nodeId),
      loseBroker: (nodeId) => network.unplug(nodeId),
      heal: (nodeId) => network.heal(nodeId),
    });
  },
});
