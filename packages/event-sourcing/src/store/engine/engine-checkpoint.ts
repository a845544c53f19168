import type { Checkpoint } from '../event-store.js';
import { noCheckpointError } from '../store-arguments.js';

/** A place between two events. */
export interface EnginePlace {
  /** The log, which another one may have taken the place of. */
  readonly identity: string;
  /** The entry whose events come next. */
  readonly position: number;
  /** How many of its events are before the place. */
  readonly taken: number;
}

export function checkpointOf({ identity, position, taken }: EnginePlace): Checkpoint {
  return `${identity}.${position}.${taken}`;
}

/** `CATGA_CONFIGURATION` for text that is no checkpoint of an engine. */
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
