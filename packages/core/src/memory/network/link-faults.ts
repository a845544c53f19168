import { z } from 'zod';

/**
 * Random faults of a link.
 *
 * @publicApi
 */
export interface LinkFaults {
  /**
   * Share of frames lost, 0 to 1.
   * @defaultValue 0
   */
  readonly dropRate?: number;
  /**
   * Share of frames that arrive twice, 0 to 1.
   * @defaultValue 0
   */
  readonly duplicateRate?: number;
  /**
   * Share of frames, 0 to 1, that are held back while later ones overtake: for 1 to 10 ms beyond their delay, or up to
   * the longest delay if that is more.
   * @defaultValue 0
   */
  readonly reorderRate?: number;
  /**
   * Minimum and maximum delay of a frame, in whole milliseconds. Each frame draws its own; one that drew less than the
   * frame before it arrives right after that one.
   * @defaultValue [0, 0]
   */
  readonly delayMs?: readonly [least: number, most: number];
}

/** {@link LinkFaults} with every default filled in. */
export type ResolvedLinkFaults = Readonly<Required<LinkFaults>>;

const rate = z.number().min(0).max(1).default(0);
const delayMs = z.int().min(0);

/** Schema and defaults of {@link LinkFaults}. */
export const linkFaultsSchema = z
  .strictObject({
    dropRate: rate,
    duplicateRate: rate,
    reorderRate: rate,
    delayMs: z
      .tuple([delayMs, delayMs])
      .refine(([least, most]) => least <= most, 'the least delay is more than the most')
      .default([0, 0]),
  })
  .readonly();

/** Maximum hold-back of a reordered frame, in milliseconds, unless the longest delay is longer. */
const HOLD_BACK_MS = 10;

/** Maximum time a reordered frame waits beyond its delay, in milliseconds. */
export function longestHoldBackMs({ delayMs: [, most] }: ResolvedLinkFaults): number {
  return Math.max(HOLD_BACK_MS, most);
}

/** Whether the link has no faults at all. */
export function areFaultless({ dropRate, duplicateRate, reorderRate, delayMs }: ResolvedLinkFaults): boolean {
  return dropRate === 0 && duplicateRate === 0 && reorderRate === 0 && delayMs[1] === 0;
}
