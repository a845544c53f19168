import { z } from 'zod';

/**
 * What happens to the frames of a link by chance.
 *
 * @publicApi
 */
export interface LinkFaults {
  /**
   * The share of frames that are lost, 0 to 1.
   * @defaultValue 0
   */
  readonly dropRate?: number;
  /**
   * The share of frames that arrive twice, 0 to 1.
   * @defaultValue 0
   */
  readonly duplicateRate?: number;
  /**
   * The share of frames, 0 to 1, that are held back while later ones pass: for 1 to 10 ms longer than their delay, or
   * up to the longest delay if that is more.
   * @defaultValue 0
   */
  readonly reorderRate?: number;
  /**
   * The least and the most that a frame is under way, in whole milliseconds. Each draws its own delay; one that drew
   * less than the frame before it arrives right after that one.
   * @defaultValue [0, 0]
   */
  readonly delayMs?: readonly [least: number, most: number];
}

/** {@link LinkFaults} with every default filled in. */
export type ResolvedLinkFaults = Readonly<Required<LinkFaults>>;

const rate = z.number().min(0).max(1).default(0);
const delayMs = z.int().min(0);

/** How {@link LinkFaults} are checked and completed. */
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

/** The longest that a frame is held back so that others pass, in milliseconds, where delays are shorter than that. */
const HOLD_BACK_MS = 10;

/** The most that a frame which is held back waits beyond its delay, in milliseconds. */
export function longestHoldBackMs({ delayMs: [, most] }: ResolvedLinkFaults): number {
  return Math.max(HOLD_BACK_MS, most);
}

/** Whether anything can happen at all. */
export function areFaultless({ dropRate, duplicateRate, reorderRate, delayMs }: ResolvedLinkFaults): boolean {
  return dropRate === 0 && duplicateRate === 0 && reorderRate === 0 && delayMs[1] === 0;
}
