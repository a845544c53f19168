import { memory } from '@catga/core';
import type { TestClock } from '@catga/core/engine';
import { InterruptedEngine } from './interrupted-engine.js';
import type { InterruptibleBroker } from './outbox-harness.js';

/**
 * The memory engine, away while a case says so.
 * @param clock its time, if that can be moved: not for a store that does input and output, which takes real time
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
