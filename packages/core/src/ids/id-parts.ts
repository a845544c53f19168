import { CatgaError } from '../errors/catga-error.js';
import type { IdLayout } from './id-layout.js';
import { requireId } from './id-text.js';

/**
 * What an id was made of.
 *
 * @publicApi
 */
export interface IdParts {
  /** The id's millisecond. See {@link CatgaIds} on how far it may lie from the moment the id was made. */
  readonly timestamp: Date;
  /** The same in milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestampMs: number;
  readonly workerId: number;
  /** How many ids its worker had made in that millisecond before. */
  readonly sequence: number;
}

/**
 * Takes an id apart along a layout, which has to be the one it was made with: an id does not name its layout.
 * @throws CatgaError `CATGA_VALIDATION_FAILED` when it is no id, or too wide for the layout.
 */
export function splitId(id: bigint, layout: IdLayout): IdParts {
  requireId(id);
  const { timestampBits, workerBits, sequenceBits, epochMs } = layout;
  const timestamp = id >> BigInt(workerBits + sequenceBits);
  if (timestamp >> BigInt(timestampBits) !== 0n) {
    throw new CatgaError('CATGA_VALIDATION_FAILED', 'The id is too wide for the id layout', {
      details: { layout },
    });
  }
  const timestampMs = Number(timestamp) + epochMs;
  return {
    timestamp: new Date(timestampMs),
    timestampMs,
    workerId: Number(BigInt.asUintN(workerBits, id >> BigInt(sequenceBits))),
    sequence: Number(BigInt.asUintN(sequenceBits, id)),
  };
}
