import { CatgaError } from '../errors/catga-error.js';

/** `CATGA_VALIDATION_FAILED` for an argument. */
export function invalid(path: string, message: string): CatgaError {
  return new CatgaError('CATGA_VALIDATION_FAILED', `${path} ${message}.`, {
    details: { issues: [{ path, message }] },
  });
}
