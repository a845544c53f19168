import type { Checkpoint } from '../event-store.js';
import { noCheckpointError } from '../store-arguments.js';

/** Place of an event: epoch of the database cluster, transaction, and position. */
export interface SqlPlace {
  readonly epoch: number;
  readonly tx: string;
  readonly position: string;
}

/** Place before all events. */
export const BEGINNING: SqlPlace = Object.freeze({ epoch: 0, tx: '0', position: '0' });

export function checkpointOf({ epoch, tx, position }: SqlPlace): Checkpoint {
  return `${epoch}.${tx}.${position}`;
}

/** Parses a checkpoint. `CATGA_CONFIGURATION` for an invalid one. */
export function placeOf(checkpoint: Checkpoint): SqlPlace {
  const [, epoch, tx, position] = /^(\d{1,9})\.(\d{1,18})\.(\d{1,18})$/.exec(checkpoint) ?? [];
  if (epoch === undefined || tx === undefined || position === undefined) throw noCheckpointError(checkpoint);
  return { epoch: Number(epoch), tx, position };
}

export function isBefore(one: SqlPlace, other: SqlPlace): boolean {
  if (one.epoch !== other.epoch) return one.epoch < other.epoch;
  if (one.tx !== other.tx) return BigInt(one.tx) < BigInt(other.tx);
  return BigInt(one.position) < BigInt(other.position);
}
