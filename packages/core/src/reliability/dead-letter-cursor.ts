import { wrongCursor } from './page-cursor.js';

/** Position in the list of dead letters: by failure time, then by order of arrival. */
export interface DeadLetterPosition {
  readonly failedAtMs: number;
  readonly sequence: number;
}

/** Negative if `one` comes before `other`, 0 for the same place. */
export function comparePositions(one: DeadLetterPosition, other: DeadLetterPosition): number {
  return one.failedAtMs - other.failedAtMs || one.sequence - other.sequence;
}

/** Cursor of a position. It stays valid after the letter is removed. */
export function toCursor({ failedAtMs, sequence }: DeadLetterPosition): string {
  return `${failedAtMs}~${sequence}`;
}

/** @throws CatgaError `CATGA_VALIDATION_FAILED` for an invalid cursor */
export function fromCursor(cursor: string): DeadLetterPosition {
  const [, failedAt, sequence] = /^(-?\d+)~(\d+)$/.exec(cursor) ?? [];
  if (failedAt === undefined || sequence === undefined) throw wrongCursor(cursor);
  return { failedAtMs: Number(failedAt), sequence: Number(sequence) };
}
