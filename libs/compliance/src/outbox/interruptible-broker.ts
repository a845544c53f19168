import type { Engine, TestClock } from '@catga/core/engine';

/** Broker that a case can take away from the nodes and bring back. */
export interface InterruptibleBroker {
  readonly engine: Engine;
  /** Test clock of the engine, if it has one; without it the cases wait in real time. */
  readonly clock?: TestClock;
  /** Makes appends fail from now on. */
  leave(): Promise<void>;
  /** Brings it back with all stored data. No effect if it is not away. */
  comeBack(): Promise<void>;
  stop?(): Promise<void>;
}
