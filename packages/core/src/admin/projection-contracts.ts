/**
 * A build of a read model, as lists have it.
 *
 * @publicApi
 */
export interface ProjectionSummary {
  /** Name of the projection. */
  readonly projection: string;
  /** Service of the nodes that have its class. */
  readonly service: string;
  readonly version: number;
  /** Number of the build, from 1, across the versions. */
  readonly build: number;
  /** Whether it is the build that is read (`live`), is to take its place (`building`), or was read before (`replaced`). */
  readonly role: 'building' | 'live' | 'replaced';
  readonly status: 'running' | 'paused' | 'stopped';
  /** Event at which it has stopped, and why; in lists at most 500 characters. */
  readonly problem?: string;
  /** How far it has come: opaque text of the event store; absent at the beginning. */
  readonly checkpoint?: string;
  /** Number of events that it has not taken, counted up to 1,000. */
  readonly eventsBehind: number;
  /** Age of the oldest event that it has not taken, in milliseconds; 0 if it has all. */
  readonly behindMs: number;
  /** When its progress or its status changed last, in milliseconds since 1970. */
  readonly changedAtMs: number;
}

/** What can be done to a projection by hand: see `CatgaProjections` of `@catga/event-sourcing`. */
export type ProjectionAction = 'pause' | 'resume' | 'rebuild';

/** Which projection is meant, where its name alone is not enough. */
export interface ProjectionChoice {
  /** Needed where several services have a projection of the name. */
  readonly service?: string;
  /**
   * Version of the read model.
   * @defaultValue the highest one that there is
   */
  readonly version?: number;
}
