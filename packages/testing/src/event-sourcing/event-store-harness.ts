import type { EventStorage } from '@catga/event-sourcing';

/** Empty storage of one case. */
export interface EventStoreUnderTest {
  readonly storage: EventStorage;
  /** Releases its resources. */
  stop?(): Promise<void>;
}

/** What an event store supplies to run the suite. */
export interface EventStoreHarness {
  /** Creates an empty storage. */
  create(): Promise<EventStoreUnderTest>;
  /**
   * Number of appends that run side by side.
   * @defaultValue 1000
   */
  readonly sideBySide?: number;
}
