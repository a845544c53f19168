import { CatgaError } from '@catga/nestjs';

const FOR_NOW: ReadonlySet<string> = new Set([
  'CATGA_DATABASE_UNAVAILABLE',
  'CATGA_ENGINE_UNAVAILABLE',
  'CATGA_OVERLOADED',
  'CATGA_SHUTTING_DOWN',
]);

/** Whether an error is transient and independent of the input. */
export function isForNow(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && FOR_NOW.has(thrown.code);
}

/** Whether an error says that a state has a newer version than this node knows. */
export function isLaterState(thrown: unknown): thrown is CatgaError {
  return (
    thrown instanceof CatgaError &&
    thrown.code === 'CATGA_UNSUPPORTED' &&
    thrown.details.version !== undefined
  );
}
