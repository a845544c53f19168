import type { LaneState } from '../ports/lane-log.js';
import type { RegisteredSubscription } from './lane-register.js';
import type { ShareStart } from './lane-share.js';
import type { ProgressSection } from './progress-record.js';

/** From how many owners in a row that vanished what they may have begun is handled by itself. */
export const SUSPICIOUS_CRASHES = 2;

/** Where a share begins, and what is to be said of it. */
export interface BegunShare {
  readonly start: ShareStart;
  /** Frames that were dropped before the subscription had them: how many. */
  readonly missing: number;
  /** The lane is another one than before, or ends before what is done. */
  readonly isDisplaced: boolean;
}

/** Where a subscription goes on in a lane: after what is recorded, or where it was made. */
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

/** What is made of an owner that did not give its lane back. */
function crashOf(
  { owner, progress, failures, reach, crashes, suspectsEnd, alone }: ProgressSection,
  session: string,
  last: number,
): Pick<ShareStart, 'failures' | 'crashes' | 'suspectsEnd'> {
  if (owner === '' || owner === session) return { failures, crashes, suspectsEnd };
  const end = Math.min(reach, last + 1);
  // All that may have begun is done.
  if (progress.floor >= Math.max(end, suspectsEnd)) return { failures, crashes: 0, suspectsEnd: 0 };
  const found = { crashes: crashes + 1, suspectsEnd: Math.max(end, suspectsEnd) };
  if (alone === undefined) return { failures, ...found };
  // It was handled while nothing else was: this end is its own.
  const [position, index] = alone;
  const isIt = (one: { position: number; index: number }): boolean =>
    one.position === position && one.index === index;
  const { attempts = 0, kills = 0 } = failures.find(isIt) ?? {};
  // The ends before, of owners that it may have ended too, are attempts of it as well; what it has failed with may be among them.
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
