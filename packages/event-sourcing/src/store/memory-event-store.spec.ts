import { describe, it } from '@jest/globals';
import { describeEventStore } from '@catga/testing/event-sourcing';
import { memoryEventStore } from './memory-event-store.js';

describeEventStore('memory', { create: async () => ({ storage: memoryEventStore() }) }, { describe, it });
