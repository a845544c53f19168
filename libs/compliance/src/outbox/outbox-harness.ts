import type { Engine, Outbox, OutboxCapabilities, OutboxLimits, TestClock } from '@catga/core/engine';

/** Empty outbox of one case. */
export interface OutboxUnderTest {
  readonly outbox: Outbox;
  /** Releases its resources. */
  stop?(): Promise<void>;
}

/** What an outbox supplies to run the suite. */
export interface OutboxHarness {
  /** Expected capabilities. */
  readonly capabilities: OutboxCapabilities;
  /** Creates an empty outbox. */
  createOutbox(limits: Partial<OutboxLimits>): Promise<OutboxUnderTest>;
}

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
