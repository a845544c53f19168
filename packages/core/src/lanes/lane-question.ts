import type { OwnerQuestion } from '../ports/queued-commands.js';
import type { LanePlace } from './lane-places.js';
import type { ShareEntryState } from './lane-share.js';

/** State of a command according to the owner of its lane, possibly after a cancellation. */
export interface CommandState extends Omit<ShareEntryState, 'state'> {
  readonly state: ShareEntryState['state'] | 'cancelled';
}

/** Query to the owner of a lane about commands of one queue. */
export interface LaneQuestion extends OwnerQuestion {
  readonly session: string;
  readonly lane: number;
  readonly subscription: string;
  readonly places: readonly (readonly [position: number, index: number, key: string])[];
  /** Whether to cancel those that have not begun. */
  readonly cancel: boolean;
}

/** @param places places of one queue in one lane, at least one */
export function placesOf(session: string, places: readonly LanePlace[], cancel: boolean): LaneQuestion {
  const [first] = places;
  return {
    session,
    lane: first?.lane ?? 0,
    subscription: first?.subscription.id ?? '',
    places: places.map(({ position, index, message: { key = '' } }) => [position, index, key] as const),
    cancel,
  };
}

/** Parses a query, from a node of any version. */
export function askedOf(question: OwnerQuestion): LaneQuestion {
  const { session, lane, subscription, places, cancel } = question as Partial<LaneQuestion>;
  return {
    session: String(session),
    lane: Number(lane),
    subscription: String(subscription),
    places: Array.isArray(places) ? places : [],
    cancel: cancel === true,
  };
}
