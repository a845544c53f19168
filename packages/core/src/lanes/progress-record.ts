import type { RecordedFrame, RecordedProgress } from './frame-window.js';

/** An event that has failed, as it is recorded. */
export interface RecordedFailure {
  readonly position: number;
  readonly index: number;
  /** How many attempts have failed. */
  readonly attempts: number;
  /** How many of them were ends of the process while nothing else was handled. */
  readonly kills: number;
  /** How long it still was to wait when this was written, in milliseconds. */
  readonly waitMs: number;
}

/** How far one subscription is in one lane, and whose it is there. */
export interface ProgressSection {
  /** Of which making of the subscription: one that was dropped and made again begins anew. */
  readonly made: string;
  /** Grows with each owner, which fences the one before. */
  readonly epoch: number;
  /** The session of the owner; empty if it was given back. */
  readonly owner: string;
  /** Of which identity of the lane the positions are. */
  readonly identity: string;
  readonly progress: RecordedProgress;
  readonly failures: readonly RecordedFailure[];
  /** No event from this position on had begun before the section was written again. */
  readonly reach: number;
  /** How many owners in a row have vanished while events before {@link suspectsEnd} were not done. */
  readonly crashes: number;
  /** What is not done before this position may have begun when an owner vanished. */
  readonly suspectsEnd: number;
  /** The suspect that is handled while nothing else is. */
  readonly alone: readonly [position: number, index: number] | undefined;
  /** Commands that were cancelled before they began: nobody handles them. Those before the floor are left out. */
  readonly skips: readonly (readonly [position: number, index: number])[];
  /** How many events were being handled. */
  readonly handling: number;
  /** Grows with each write of its owner, who writes also while nothing but a long handler goes on. */
  readonly beat: number;
}

/** About how many bytes a frame that is not done takes in a record, and an event that has failed. */
export const FRAME_BYTES = 20;
export const FAILURE_BYTES = 32;

/** The sections of one record, by subscription. */
export type ProgressSections = ReadonlyMap<string, ProgressSection>;

interface WrittenSection {
  readonly m: string;
  readonly e: number;
  readonly o: string;
  readonly i: string;
  readonly f: number;
  readonly d: number;
  readonly w: readonly RecordedFrame[];
  readonly a: readonly (readonly [
    position: number,
    index: number,
    attempts: number,
    waitMs: number,
    kills: number,
  ])[];
  readonly r: number;
  readonly c: number;
  readonly s: number;
  readonly x?: readonly [number, number];
  readonly k?: readonly (readonly [number, number])[];
  readonly h: number;
  readonly b: number;
}

/** JSON in UTF-8. */
export function encodeProgress(sections: ProgressSections): Uint8Array {
  const written: Record<string, WrittenSection> = {};
  for (const [id, section] of sections) {
    const { progress, failures } = section;
    written[id] = {
      m: section.made,
      e: section.epoch,
      o: section.owner,
      i: section.identity,
      f: progress.floor,
      d: progress.end,
      w: progress.open,
      a: failures.map(
        ({ position, index, attempts, waitMs, kills }) => [position, index, attempts, waitMs, kills] as const,
      ),
      r: section.reach,
      c: section.crashes,
      s: section.suspectsEnd,
      ...(section.alone && { x: section.alone }),
      ...(section.skips.length > 0 && { k: section.skips }),
      h: section.handling,
      b: section.beat,
    };
  }
  return Buffer.from(JSON.stringify(written));
}

/** What a record holds. One that is not ours is as none: whoever may write to the broker can put anything there. */
export function decodeProgress(bytes: Uint8Array): Map<string, ProgressSection> {
  const sections = new Map<string, ProgressSection>();
  let written: unknown;
  try {
    written = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    return sections;
  }
  if (typeof written !== 'object' || written === null) return sections;
  for (const [id, section] of Object.entries(written as Record<string, WrittenSection>)) {
    if (typeof section !== 'object' || !Number.isSafeInteger(section.f) || !Array.isArray(section.w))
      continue;
    sections.set(id, {
      made: section.m,
      epoch: section.e,
      owner: section.o,
      identity: section.i,
      progress: { floor: section.f, end: section.d, open: section.w },
      failures: section.a.map(([position, index, attempts, waitMs, kills]) => ({
        position,
        index,
        attempts,
        waitMs,
        kills,
      })),
      reach: section.r,
      crashes: section.c,
      suspectsEnd: section.s,
      alone: section.x,
      skips: section.k ?? [],
      handling: section.h,
      beat: section.b,
    });
  }
  return sections;
}
