import { z } from 'zod';
import { checkedOptions } from '../../options/checked-options.js';
import { memoryEngineSchema } from '../memory-engine-options.js';
import type { MemoryEngineOptions } from '../memory-engine-options.js';
import type { FrameEvent } from './frame-event.js';
import { linkFaultsSchema } from './link-faults.js';
import type { LinkFaults } from './link-faults.js';

/**
 * Options of a memory network.
 *
 * @publicApi
 */
export interface MemoryNetworkOptions extends MemoryEngineOptions {
  /**
   * Seed of the random faults: the same seed, clock and sequence of calls give the same faults.
   * @defaultValue 1
   */
  readonly seed?: number;
  /**
   * Random faults of every link without faults of its own.
   * @defaultValue nothing
   */
  readonly faults?: LinkFaults;
  /**
   * Maximum frame size, in bytes.
   * @defaultValue 1,114,112: 1 MiB, and 64 KiB for what surrounds a message
   */
  readonly maxFrameBytes?: number;
  /**
   * Called for every event of a frame, as it happens.
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
 * Fills in the defaults and validates; the error names every invalid option.
 * @throws CatgaError `CATGA_CONFIGURATION`
 */
export function resolveMemoryNetworkOptions(options: MemoryNetworkOptions): ResolvedMemoryNetworkOptions {
  return Object.freeze(checkedOptions('The memory network', optionsSchema, options));
}
