/**
 * Where time comes from. Everything that waits takes it from here, so that tests move it.
 */
export interface Clock {
  /** Wall time in milliseconds since 1970; may step back. */
  now(): number;
  /** Milliseconds since some fixed moment; never steps back. Deadlines are kept in it. */
  monotonicMs(): number;
  /**
   * Calls back once, `delayMs` from now or a little later. Returns how to call it off.
   * @param isBackground the process need not stay alive for it
   */
  setTimer(delayMs: number, callback: () => void, isBackground?: boolean): () => void;
}
