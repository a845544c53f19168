import type { Engine, EngineCapabilities, TestClock } from '@catga/core/engine';

/** Empty engine of one case. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** Test clock of the engine, if it has one; without it the cases wait in real time. */
  readonly clock?: TestClock;
  /** Releases its resources. */
  stop?(): Promise<void>;
}

/** Engine of a cluster, with fault injection by node id. */
export interface ClusterUnderTest extends EngineUnderTest {
  /**
   * Crashes a node as SIGKILL does: the engine knows that nobody listens there any more, and nothing the node still
   * does affects others. A node of the same id may connect again.
   */
  crash(nodeId: string): void;
  /** Pauses a node as SIGSTOP does: everything to and from it waits, and to all others it is silent. */
  pause(nodeId: string): void;
  /** Resumes it: what waited goes on. */
  resume(nodeId: string): void;
  /** Drops all frames from and to a node until it is healed. Whether anybody is told depends on the engine. */
  cutOff(nodeId: string): void;
  heal(nodeId: string): void;
  /** Takes the broker connection from a node, which notices, until it is healed. */
  loseBroker(nodeId: string): void;
}

/**
 * What an engine supplies to run the suite. Differences between engines are declared here; cases never ask for a name.
 */
export interface EngineHarness {
  /** Expected capabilities. Cases for other capabilities are left out. */
  readonly capabilities: EngineCapabilities;
  /**
   * Shortest delay, lease and time to live that the engine measures reliably, in milliseconds. All times of the cases
   * are multiples of it.
   * @defaultValue 50
   */
  readonly unitMs?: number;
  /**
   * Whether the engine keeps events without a subscription, so that a new subscription may start from them.
   * @defaultValue false
   */
  readonly keepsEvents?: boolean;
  /** Creates an empty engine. */
  createEngine(): Promise<EngineUnderTest>;
  /**
   * The same with the shortest retention, so that cases see removals.
   * @defaultValue createEngine
   */
  createShortRetention?(): Promise<EngineUnderTest>;
  /**
   * The same for the cluster cases.
   * @defaultValue the engine ends at the process, and those cases are left out
   */
  createCluster?(): Promise<ClusterUnderTest>;
}
