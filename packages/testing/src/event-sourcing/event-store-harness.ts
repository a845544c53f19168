import type { EventStorage } from '@catga/event-sourcing';

/** Empty storage of one case. */
export interface EventStoreUnderTest {
  readonly storage: EventStorage;
  /** Releases its resources. */
  stop?(): Promise<void>;
}

/** Harness of an event store for the suite. */
export interface EventStoreHarness {
  /** Creates an empty storage. */
  create(): Promise<EventStoreUnderTest>;
  /**
   * Number of concurrent appends.
   * @defaultValue 1000
   */
  readonly sideBySide?: number;
}
