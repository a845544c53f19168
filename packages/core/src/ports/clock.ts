/** Clock and timers of a node. All deadlines and delays use it, so that tests can inject a test clock. */
export interface Clock {
  /** Wall time in milliseconds since 1970; may step back. */
  now(): number;
  /** Monotonic time in milliseconds since an arbitrary origin; never steps back. Used for deadlines. */
  monotonicMs(): number;
  /**
   * Timer that calls back once after at least `delayMs` milliseconds. Returns a function that cancels it.
   * @param isBackground whether the timer does not keep the process alive
   */
  setTimer(delayMs: number, callback: () => void, isBackground?: boolean): () => void;
}
