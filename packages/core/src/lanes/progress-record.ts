import type { RecordedFrame, RecordedProgress } from './frame-window.js';

/** Recorded failure of an event. */
export interface RecordedFailure {
  readonly position: number;
  readonly index: number;
  /** Number of failed attempts. */
  readonly attempts: number;
  /** Number of attempts that ended the process while handled alone. */
  readonly kills: number;
  /** Remaining delay at the time of writing, in milliseconds. */
  readonly waitMs: number;
}

/** Progress and owner of one subscription in one lane. */
export interface ProgressSection {
  /** Id of the subscription's creation: a dropped and recreated subscription starts over. */
  readonly made: string;
  /** Increases with each owner, and fences the previous one. */
  readonly epoch: number;
  /** Session of the owner; empty if it was given back. */
  readonly owner: string;
  /** Identity of the lane that the positions refer to. */
  readonly identity: string;
  readonly progress: RecordedProgress;
  readonly failures: readonly RecordedFailure[];
  /** No event from this position on begins before the next write. */
  readonly reach: number;
  /** Number of consecutive owners that crashed while events before {@link suspectsEnd} were unfinished. */
  readonly crashes: number;
  /** Unfinished events before this position may have begun when an owner crashed. */
  readonly suspectsEnd: number;
  /** The suspect that is handled alone. */
  readonly alone: readonly [position: number, index: number] | undefined;
  /** Commands cancelled before they began, except those before the floor. */
  readonly skips: readonly (readonly [position: number, index: number])[];
  /** Number of running events. */
  readonly handling: number;
  /** Increases with each write of its owner, who also writes while only a long handler runs. */
  readonly beat: number;
}

/** Approximate size of an unfinished frame, and of a failed event, in a record. */
export const FRAME_BYTES = 20;
export const FAILURE_BYTES = 32;

/** Sections of one record, by subscription. */
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

/** Encodes sections as JSON in UTF-8. */
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

/** Decodes a record; an invalid one is empty, because any client of the broker may write there. */
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
