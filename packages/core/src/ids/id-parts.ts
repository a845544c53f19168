import { CatgaError } from '../errors/catga-error.js';
import type { IdLayout } from './id-layout.js';
import { requireId } from './id-text.js';

/**
 * Components of an id.
 *
 * @publicApi
 */
export interface IdParts {
  /** Timestamp of the id. See {@link CatgaIds} for its accuracy. */
  readonly timestamp: Date;
  /** The same in milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestampMs: number;
  readonly workerId: number;
  /** Sequence number of the id in its millisecond. */
  readonly sequence: number;
}

/**
 * Decodes an id with the layout it was generated with, which the id itself does not contain.
 * @throws CatgaError `CATGA_VALIDATION_FAILED` when it is not an id, or too wide for the layout.
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
