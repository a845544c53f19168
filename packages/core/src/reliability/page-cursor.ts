import { CatgaError } from '../errors/catga-error.js';

/** `CATGA_VALIDATION_FAILED` for a cursor that a list has not returned. */
export function wrongCursor(cursor: string): CatgaError {
  const issues = [{ path: 'after', message: 'must be `next` of the previous page' }];
  return new CatgaError('CATGA_VALIDATION_FAILED', `'${cursor}' is not a cursor of this list.`, {
    details: { issues },
  });
}
