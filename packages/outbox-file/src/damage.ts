import { CatgaError } from '@catga/core';

/** The folder holds something, but not all that was once confirmed. */
export function damagedError(path: string, how: string, cause?: unknown): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `The outbox in ${path} is damaged: ${how}. Restore it, or move the folder away to begin with an empty one.`,
    { details: { path }, cause },
  );
}
