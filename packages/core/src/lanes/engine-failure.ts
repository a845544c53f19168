import { CatgaError, toError } from '../errors/catga-error.js';

/** What an engine rejected with, for its monitor. */
export function engineFailure(thrown: unknown): CatgaError {
  if (thrown instanceof CatgaError) return thrown;
  const { message } = toError(thrown);
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', message, { cause: thrown });
}
