import { z } from 'zod';
import { checkedOptions } from '../../options/checked-options.js';
import { memoryEngineSchema } from '../memory-engine-options.js';
import type { MemoryEngineOptions } from '../memory-engine-options.js';
import type { FrameEvent } from './frame-event.js';
import { linkFaultsSchema } from './link-faults.js';
import type { LinkFaults } from './link-faults.js';

/**
 * What a memory network may be told.
 *
 * @publicApi
 */
export interface MemoryNetworkOptions extends MemoryEngineOptions {
  /**
   * What chance goes by: one seed, one clock and one sequence of calls give the same faults every time.
   * @defaultValue 1
   */
  readonly seed?: number;
  /**
   * What happens to frames by chance, on every link that is not told otherwise.
   * @defaultValue nothing
   */
  readonly faults?: LinkFaults;
  /**
   * The largest frame it carries, in bytes.
   * @defaultValue 1,114,112: 1 MiB, and 64 KiB for what surrounds a message
   */
  readonly maxFrameBytes?: number;
  /**
   * Told of everything that happens to a frame, as it happens.
   * @defaultValue nobody
   */
  readonly onFrame?: (event: FrameEvent) => void;
}

const optionsSchema = memoryEngineSchema.extend({
  seed: z.int().default(1),
  faults: linkFaultsSchema.prefault({}),
  maxFrameBytes: z
    .int()
    .min(1)
    .default(1024 * 1024 + 64 * 1024),
  onFrame: z
    .custom<(event: FrameEvent) => void>((value) => typeof value === 'function', 'must be a function')
    .optional(),
});

/** {@link MemoryNetworkOptions} with every default filled in. */
export type ResolvedMemoryNetworkOptions = Readonly<z.output<typeof optionsSchema>>;

/**
 * Fills in the defaults and refuses, naming every problem at once, what makes no sense.
 * @throws CatgaError `CATGA_CONFIGURATION`
 */
export function resolveMemoryNetworkOptions(options: MemoryNetworkOptions): ResolvedMemoryNetworkOptions {
  return Object.freeze(checkedOptions('The memory network', optionsSchema, options));
}
