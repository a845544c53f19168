import { z } from 'zod';
import { checkedOptions } from '../options/checked-options.js';

/**
 * Options of the memory engine.
 *
 * @publicApi
 */
export interface MemoryEngineOptions {
  /**
   * Deduplication window, in milliseconds: a message whose id was appended within it is a duplicate. 0 turns
   * deduplication off. Up to 8,388,608 ids are remembered; appending more within the window rejects with
   * `CATGA_OVERLOADED`.
   * @defaultValue 120_000
   */
  readonly deduplicationWindowMs?: number;
  /**
   * Maximum number of events in a namespace's log that some subscription has not passed yet, and of unsettled commands
   * in its queues. Beyond it appending rejects with `CATGA_OVERLOADED`.
   * @defaultValue 100_000
   */
  readonly maxStoredMessages?: number;
  /**
   * Number of lanes in a namespace's log: at most as many nodes share the reliable events of a service.
   * @defaultValue 16
   */
  readonly lanes?: number;
}

/** {@link MemoryEngineOptions} with every default filled in. */
export type ResolvedMemoryEngineOptions = Readonly<Required<MemoryEngineOptions>>;

/** Schema and defaults of {@link MemoryEngineOptions}. */
export const memoryEngineSchema = z.strictObject({
  deduplicationWindowMs: z.int().min(0).default(120_000),
  maxStoredMessages: z.int().min(1).default(100_000),
  lanes: z.int().min(1).max(1024).default(16),
});

/**
 * Fills in the defaults and validates; the error names every invalid option.
 * @throws CatgaError `CATGA_CONFIGURATION`
 */
export function resolveMemoryEngineOptions(options: MemoryEngineOptions): ResolvedMemoryEngineOptions {
  return Object.freeze(checkedOptions('The memory engine', memoryEngineSchema, options));
}
