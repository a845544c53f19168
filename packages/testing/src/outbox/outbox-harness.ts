import type { Outbox, OutboxCapabilities, OutboxLimits } from '@catga/core/outbox';

/** Empty outbox of one case. */
export interface OutboxUnderTest {
  readonly outbox: Outbox;
  /**
   * For a transactional outbox: runs work in a transaction of its database, ambient for the work; COMMIT if it resolves,
   * else ROLLBACK. The work gets the handle.
   */
  run?<T>(work: (transaction: unknown) => Promise<T>): Promise<T>;
  /** Releases its resources. */
  stop?(): Promise<void>;
}

/** Harness of an outbox for the suite. */
export interface OutboxHarness {
  /** Expected capabilities. */
  readonly capabilities: OutboxCapabilities;
  /**
   * Whether the store enforces limits.
   * @defaultValue true
   */
  readonly isLimited?: boolean;
  /** Creates an empty outbox. */
  createOutbox(limits: Partial<OutboxLimits>): Promise<OutboxUnderTest>;
}
