import type { Checkpoint } from '../event-store.js';
import { noCheckpointError } from '../store-arguments.js';

/** Position between two events. */
export interface EnginePlace {
  /** Identity of the log, which changes when the log is replaced. */
  readonly identity: string;
  /** The entry whose events come next. */
  readonly position: number;
  /** Number of its events before the place. */
  readonly taken: number;
}

export function checkpointOf({ identity, position, taken }: EnginePlace): Checkpoint {
  return `${identity}.${position}.${taken}`;
}

/** Parses a checkpoint. `CATGA_CONFIGURATION` for an invalid one. */
export function placeOf(checkpoint: Checkpoint): EnginePlace {
  const [, identity, position, taken] = /^([0-9a-z]{1,20})\.(\d{1,15})\.(\d{1,4})$/.exec(checkpoint) ?? [];
  if (identity === undefined || position === undefined || taken === undefined)
    throw noCheckpointError(checkpoint);
  return { identity, position: Number(position), taken: Number(taken) };
}

export function isBefore(one: EnginePlace, other: EnginePlace): boolean {
  if (one.identity !== other.identity) return one.identity < other.identity;
  if (one.position !== other.position) return one.position < other.position;
  return one.taken < other.taken;
}
