import { CatgaError } from '@catga/core';

/** So that places compare as text as their numbers do. */
const DIGITS = 16;

/** When a letter failed, as the beginning of its place. */
export function placeOfTime(failedAtMs: number): string {
  return String(Math.max(0, Math.floor(failedAtMs))).padStart(DIGITS, '0');
}

/** The text that a page is continued with: the place of its last letter without the id, so that it outlives the letter. */
export function toCursor(place: string): string {
  const [failedAt = '', sequence = ''] = place.split('~');
  return `${Number(failedAt)}~${Number(sequence)}`;
}

/**
 * The beginning of the places that a cursor comes after.
 * @throws CatgaError `CATGA_VALIDATION_FAILED` for text that {@link toCursor} did not make
 */
export function fromCursor(cursor: string): string {
  const [, failedAt, sequence] = /^(\d{1,16})~(\d{1,16})$/.exec(cursor) ?? [];
  if (failedAt === undefined || sequence === undefined) {
    const issues = [{ path: 'after', message: 'must be `next` of the page before' }];
    throw new CatgaError('CATGA_VALIDATION_FAILED', `'${cursor}' is not a cursor of this list.`, {
      details: { issues },
    });
  }
  return `${failedAt.padStart(DIGITS, '0')}~${sequence.padStart(DIGITS, '0')}`;
}
