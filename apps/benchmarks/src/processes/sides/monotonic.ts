/** A clock that all processes of a machine share, in milliseconds: `performance.now()` begins with each process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
