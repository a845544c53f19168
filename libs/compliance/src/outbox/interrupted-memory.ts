import { memory } from '@catga/core';
import type { TestClock } from '@catga/core/engine';
import { InterruptedEngine } from './interrupted-engine.js';
import type { InterruptibleBroker } from './interruptible-broker.js';

/**
 * Memory engine that goes away as a case says.
 * @param clock test clock; omit it for a store with real I/O, which takes real time
 */
export async function interruptedMemory(clock?: TestClock): Promise<InterruptibleBroker> {
  const engine = new InterruptedEngine(memory());
  return {
    engine,
    ...(clock !== undefined && { clock }),
    leave: async () => void (engine.weather = 'away'),
    comeBack: async () => void (engine.weather = 'fine'),
  };
}
