import { CatgaError } from '@catga/core';

/** Error for a folder that lacks confirmed messages. */
export function damagedError(path: string, how: string, cause?: unknown): CatgaError {
  return new CatgaError(
    'CATGA_CONFIGURATION',
    `The outbox in ${path} is corrupt: ${how}. Restore it from a backup, or move the folder away to start with an empty outbox.`,
    { details: { path }, cause },
  );
}
