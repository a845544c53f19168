import { describe, it } from '@jest/globals';
import { describeEventStore } from '@catga/testing/event-sourcing';
import { memory } from '@catga/nestjs';
import { EngineConnections, harnessOf } from './engine-harness.fixture.js';

const connections = new EngineConnections(memory());

describeEventStore(
  'memory engine',
  harnessOf(() => connections),
  { describe, it },
);
