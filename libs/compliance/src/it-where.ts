import { it } from '@jest/globals';

/** Defines cases only where the engine makes the promise they are about. */
export function itWhere(isPromised: boolean): (name: string, run: () => Promise<void>) => void {
  if (!isPromised) return () => {};
  // oxlint-disable-next-line jest/valid-title -- the title is the caller's
  return (name, run) => it(name, run);
}
