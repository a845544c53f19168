import { memory } from '@catga/core';
import { TestClock } from '@catga/core/engine';
import { InterruptedEngine } from './interrupted-engine.js';
import type { InterruptibleBroker } from './outbox-harness.js';

/** The memory engine, away while a case says so. */
export async function interruptedMemory(): Promise<InterruptibleBroker> {
  const engine = new InterruptedEngine(memory());
  return {
    engine,
    clock: new TestClock(),
    leave: async () => void (engine.weather = 'away'),
    comeBack: async () => void (engine.weather = 'fine'),
  };
}
