import type { IEvent } from './messages.js';

/** An aggregate: applies events to itself, and publishes them when they are committed. */
export interface IAggregateRoot<EventBase extends IEvent = IEvent> {
  /** Whether an applied event is published at once. */
  autoCommit: boolean;
  /** Publishes an event; does nothing until `EventPublisher` or `@Publishable` connects a bus. */
  publish<T extends EventBase = EventBase>(event: T): void;
  /** Publishes events; see {@link publish}. */
  publishAll<T extends EventBase = EventBase>(events: T[]): void;
  /** Publishes all uncommitted events, and clears them. */
  commit(): void;
  /** Clears all uncommitted events. */
  uncommit(): void;
  /** Events that were applied but not committed. */
  getUncommittedEvents(): EventBase[];
  /** Applies past events, without publishing them. */
  loadFromHistory(history: EventBase[]): void;
  /** Calls the aggregate's method `on` + class name of the event, and keeps the event for `commit`. */
  apply<T extends EventBase = EventBase>(event: T, isFromHistory?: boolean): void;
  apply<T extends EventBase = EventBase>(
    event: T,
    options?: { fromHistory?: boolean; skipHandler?: boolean },
  ): void;
}
