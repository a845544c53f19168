import { CatgaError } from '../errors/catga-error.js';

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
  if (failedAt === undefined || sequence === undefined) {
    const issues = [{ path: 'after', message: 'must be `next` of the previous page' }];
    throw new CatgaError('CATGA_VALIDATION_FAILED', `'${cursor}' is not a cursor of this list.`, {
      details: { issues },
    });
  }
  return { failedAtMs: Number(failedAt), sequence: Number(sequence) };
}
