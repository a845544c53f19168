import { CatgaError } from '@catga/nestjs';

const FOR_NOW: ReadonlySet<string> = new Set([
  'CATGA_DATABASE_UNAVAILABLE',
  'CATGA_ENGINE_UNAVAILABLE',
  'CATGA_OVERLOADED',
  'CATGA_SHUTTING_DOWN',
]);

/** Whether it may be otherwise in a while, whatever the input. */
export function isForNow(thrown: unknown): thrown is CatgaError {
  return thrown instanceof CatgaError && FOR_NOW.has(thrown.code);
}

/** Whether a state is of a version that this node does not know. */
export function isLaterState(thrown: unknown): thrown is CatgaError {
  return (
    thrown instanceof CatgaError &&
    thrown.code === 'CATGA_UNSUPPORTED' &&
    thrown.details.version !== undefined
  );
}
