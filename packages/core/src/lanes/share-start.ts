import type { LaneState } from '../ports/lane-log.js';
import type { RegisteredSubscription } from './lane-register.js';
import type { ShareStart } from './lane-share.js';
import type { ProgressSection } from './progress-record.js';

/** Number of consecutive crashed owners after which the events they may have begun are handled alone. */
export const SUSPICIOUS_CRASHES = 2;

/** Start of a share, and facts to report. */
export interface BegunShare {
  readonly start: ShareStart;
  /** Number of frames that were dropped before the subscription read them. */
  readonly missing: number;
  /** Whether the lane was recreated, or ends before the recorded progress. */
  readonly isDisplaced: boolean;
}

/** Start of a subscription in a lane: after the recorded progress, or where it was created. */
export function startOf(
  { made, starts }: RegisteredSubscription,
  lane: number,
  recorded: ProgressSection | undefined,
  state: LaneState,
  session: string,
): BegunShare {
  const { identity, first, last } = state;
  const skips = recorded?.made === made && recorded.identity === identity ? recorded.skips : [];
  const beat = recorded?.beat ?? 0;
  const from = (floor: number, epoch: number, known?: ProgressSection): BegunShare => {
    const missing = Math.max(0, first - floor);
    const progress = known !== undefined && missing === 0 ? known.progress : nothingAfter(floor + missing);
    const crashed = known === undefined ? NO_CRASH : crashOf(known, session, last);
    return {
      start: { made, epoch, identity, progress, beat, skips, ...crashed },
      missing,
      isDisplaced: false,
    };
  };
  if (recorded?.made === made) {
    const { floor } = recorded.progress;
    if (recorded.identity === identity && floor <= last + 1) return from(floor, recorded.epoch, recorded);
    const behind = recorded.identity === identity ? last + 1 : 1;
    return { ...from(Math.max(first, behind), recorded.epoch), isDisplaced: true };
  }
  const begun = starts[lane];
  const epoch = recorded?.epoch ?? 0;
  return from(begun?.identity === identity ? begun.position : first, epoch);
}

const NO_CRASH = { failures: [], crashes: 0, suspectsEnd: 0 } as const;

function nothingAfter(floor: number): ShareStart['progress'] {
  return { floor, end: floor, open: [] };
}

/** Accounts for the crash of an owner that did not give its lane back. */
function crashOf(
  { owner, progress, failures, reach, crashes, suspectsEnd, alone }: ProgressSection,
  session: string,
  last: number,
): Pick<ShareStart, 'failures' | 'crashes' | 'suspectsEnd'> {
  if (owner === '' || owner === session) return { failures, crashes, suspectsEnd };
  const end = Math.min(reach, last + 1);
  // All events that may have begun are finished.
  if (progress.floor >= Math.max(end, suspectsEnd)) return { failures, crashes: 0, suspectsEnd: 0 };
  const found = { crashes: crashes + 1, suspectsEnd: Math.max(end, suspectsEnd) };
  if (alone === undefined) return { failures, ...found };
  // It was handled alone: it caused this crash.
  const [position, index] = alone;
  const isIt = (one: { position: number; index: number }): boolean =>
    one.position === position && one.index === index;
  const { attempts = 0, kills = 0 } = failures.find(isIt) ?? {};
  // Earlier crashes that it may have caused count as its attempts, too; recorded failures may include them.
  const leastAttempts = kills === 0 ? SUSPICIOUS_CRASHES + 1 : 0;
  const failure = {
    position,
    index,
    attempts: Math.max(attempts + 1, leastAttempts),
    kills: kills + 1,
    waitMs: 0,
  };
  return {
    failures: [...failures.filter((one) => !isIt(one)), failure],
    ...found,
  };
}
