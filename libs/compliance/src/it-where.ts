import { it } from '@jest/globals';

/** Declares test cases only if the engine promises what they test. */
export function itWhere(isPromised: boolean): (name: string, run: () => Promise<void>) => void {
  if (!isPromised) return () => {};
  // oxlint-disable-next-line jest/valid-title -- the title is the caller's
  return (name, run) => it(name, run);
}
