import type { Engine, EngineCapabilities, TestClock } from '@catga/core/engine';

/** One engine, empty, for one case. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** The clock the engine lives by, if its time can be moved; without one the cases wait for real time. */
  readonly clock?: TestClock;
  /** Ends what was started for it. */
  stop?(): Promise<void>;
}

/** What an engine supplies to join the suite. Whatever differs between engines is said here, never asked by name. */
export interface EngineHarness {
  /** What the engine must say of itself. Cases of a promise that it does not make are left out. */
  readonly capabilities: EngineCapabilities;
  /**
   * The shortest delay, lease and time to live that the engine measures reliably, in milliseconds. All times of the
   * cases are multiples of it.
   * @defaultValue 50
   */
  readonly unitMs?: number;
  /** An engine that remembers nothing of an earlier case. */
  createEngine(): Promise<EngineUnderTest>;
}
