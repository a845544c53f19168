import type { Engine, EngineCapabilities, TestClock } from '@catga/core/engine';

/** One engine, empty, for one case. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** The clock the engine lives by, if its time can be moved; without one the cases wait for real time. */
  readonly clock?: TestClock;
  /** Ends what was started for it. */
  stop?(): Promise<void>;
}

/** One engine whose nodes reach each other, and what can befall each of them; a node is meant by its id. */
export interface ClusterUnderTest extends EngineUnderTest {
  /**
   * Ends a node without a goodbye, as SIGKILL does: the engine knows that nobody listens there any more, and nothing
   * that the node still does has an effect on others. A node of the same id may connect again.
   */
  crash(nodeId: string): void;
  /** Stops a node as SIGSTOP does: what comes and goes waits, and to everyone else it is silent. */
  pause(nodeId: string): void;
  /** Wakes it: what waited goes on. */
  resume(nodeId: string): void;
  /** Frames from and to a node are lost until it is healed. Whether anybody is told is up to the engine. */
  cutOff(nodeId: string): void;
  heal(nodeId: string): void;
  /** Takes the broker away from a node, which notices, until it is healed. */
  loseBroker(nodeId: string): void;
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
  /**
   * Whether the engine keeps events that nobody waits for, so that a new subscription may begin with them.
   * @defaultValue false
   */
  readonly keepsEvents?: boolean;
  /** An engine that remembers nothing of an earlier case. */
  createEngine(): Promise<EngineUnderTest>;
  /**
   * The same with the shortest retention, so that a case sees what it removes.
   * @defaultValue createEngine
   */
  createShortRetention?(): Promise<EngineUnderTest>;
  /**
   * The same for the cases of clusters.
   * @defaultValue the engine ends at the process, and those cases are left out
   */
  createCluster?(): Promise<ClusterUnderTest>;
}
