import { z } from 'zod';
import { checkedOptions } from '../options/checked-options.js';

/**
 * What the memory engine may be told.
 *
 * @publicApi
 */
export interface MemoryEngineOptions {
  /**
   * For how long, in milliseconds, a message whose id was appended before is taken for a repetition of it. 0 takes none.
   * Up to 8,388,608 ids are remembered; appending more within the window rejects with `CATGA_OVERLOADED`.
   * @defaultValue 120_000
   */
  readonly deduplicationWindowMs?: number;
  /**
   * How many events the log of a namespace holds that not every subscription has passed, and how many unsettled commands its
   * queues hold. Beyond it appending rejects with `CATGA_OVERLOADED`.
   * @defaultValue 100_000
   */
  readonly maxStoredMessages?: number;
  /**
   * How many lanes the log of a namespace has: at most as many nodes share the reliable events of a service.
   * @defaultValue 16
   */
  readonly lanes?: number;
}

/** {@link MemoryEngineOptions} with every default filled in. */
export type ResolvedMemoryEngineOptions = Readonly<Required<MemoryEngineOptions>>;

/** How {@link MemoryEngineOptions} are checked and completed. */
export const memoryEngineSchema = z.strictObject({
  deduplicationWindowMs: z.int().min(0).default(120_000),
  maxStoredMessages: z.int().min(1).default(100_000),
  lanes: z.int().min(1).max(1024).default(16),
});

/**
 * Fills in the defaults and refuses, naming every problem at once, what makes no sense.
 * @throws CatgaError `CATGA_CONFIGURATION`
 */
export function resolveMemoryEngineOptions(options: MemoryEngineOptions): ResolvedMemoryEngineOptions {
  return Object.freeze(checkedOptions('The memory engine', memoryEngineSchema, options));
}
