import { CatgaError, toError } from '../errors/catga-error.js';

/** Whether an engine rejected because it is full. */
export function isFull(thrown: unknown): boolean {
  return thrown instanceof CatgaError && thrown.code === 'CATGA_OVERLOADED';
}

/** Converts a rejection of an engine, for its monitor. */
export function engineFailure(thrown: unknown): CatgaError {
  if (thrown instanceof CatgaError) return thrown;
  const { message } = toError(thrown);
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', message, { cause: thrown });
}
