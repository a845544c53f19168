import type { OwnerQuestion } from '../ports/queued-commands.js';
import type { LanePlace } from './lane-places.js';
import type { ShareEntryState } from './lane-share.js';

/** What the owner of a lane knows of a command, or has done with it. */
export interface CommandState extends Omit<ShareEntryState, 'state'> {
  readonly state: ShareEntryState['state'] | 'cancelled';
}

/** What an owner is asked about commands of one queue in its lane. */
export interface LaneQuestion extends OwnerQuestion {
  readonly session: string;
  readonly lane: number;
  readonly subscription: string;
  readonly places: readonly (readonly [position: number, index: number, key: string])[];
  /** Whether it is to take out those that have not begun. */
  readonly cancel: boolean;
}

/** @param places of one queue in one lane, at least one */
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

/** What was asked, by a node of any version. */
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
