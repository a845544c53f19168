import { CatgaError } from '../errors/catga-error.js';

/** A place in the list of dead letters: by the time of giving up, then by the order of arrival. */
export interface DeadLetterPosition {
  readonly failedAtMs: number;
  readonly sequence: number;
}

/** Negative if `one` comes before `other`, 0 for the same place. */
export function comparePositions(one: DeadLetterPosition, other: DeadLetterPosition): number {
  return one.failedAtMs - other.failedAtMs || one.sequence - other.sequence;
}

/** A position as the text that a page is continued with. It names a place, not a letter, so it outlives the letter. */
export function toCursor({ failedAtMs, sequence }: DeadLetterPosition): string {
  return `${failedAtMs}~${sequence}`;
}

/** @throws CatgaError `CATGA_VALIDATION_FAILED` for text that {@link toCursor} did not make */
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
