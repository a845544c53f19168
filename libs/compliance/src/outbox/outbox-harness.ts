import type { Engine, Outbox, OutboxCapabilities, OutboxLimits, TestClock } from '@catga/core/engine';

/** One outbox, empty, for one case. */
export interface OutboxUnderTest {
  readonly outbox: Outbox;
  /** Ends what was started for it. */
  stop?(): Promise<void>;
}

/** What an outbox supplies to join the suite. */
export interface OutboxHarness {
  /** What the outbox must say of itself. */
  readonly capabilities: OutboxCapabilities;
  /** An outbox that remembers nothing of an earlier case. */
  createOutbox(limits: Partial<OutboxLimits>): Promise<OutboxUnderTest>;
}

/** A broker that a case can take away from the nodes and bring back. */
export interface InterruptibleBroker {
  readonly engine: Engine;
  /** The clock the engine lives by, if its time can be moved; without one the cases wait for real time. */
  readonly clock?: TestClock;
  /** From now on nothing can be appended. */
  leave(): Promise<void>;
  /** It is there again, with all it had stored. No effect if it is there. */
  comeBack(): Promise<void>;
  stop?(): Promise<void>;
}
