/** Compiles only if `A` and `B` are the very same type. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export function holds<_T extends true>(): void {}
