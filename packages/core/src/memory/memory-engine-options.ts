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
   * How many unsettled messages the log of a namespace holds. One that several subscriptions have not settled counts
   * once for each. Beyond it appending rejects with `CATGA_OVERLOADED`.
   * @defaultValue 100_000
   */
  readonly maxStoredMessages?: number;
}

/** {@link MemoryEngineOptions} with every default filled in. */
export type ResolvedMemoryEngineOptions = Readonly<Required<MemoryEngineOptions>>;

/** How {@link MemoryEngineOptions} are checked and completed. */
export const memoryEngineSchema = z.strictObject({
  deduplicationWindowMs: z.int().min(0).default(120_000),
  maxStoredMessages: z.int().min(1).default(100_000),
});

/**
 * Fills in the defaults and refuses, naming every problem at once, what makes no sense.
 * @throws CatgaError `CATGA_CONFIGURATION`
 */
export function resolveMemoryEngineOptions(options: MemoryEngineOptions): ResolvedMemoryEngineOptions {
  return Object.freeze(checkedOptions('The memory engine', memoryEngineSchema, options));
}
