/**
 * Summary of a build of a read model.
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
  /** Role: the build that is read (`live`), its next replacement (`building`), or a former one (`replaced`). */
  readonly role: 'building' | 'live' | 'replaced';
  readonly status: 'running' | 'paused' | 'stopped';
  /** Event at which it stopped, with the error; in lists at most 500 characters. */
  readonly problem?: string;
  /** Checkpoint: opaque text of the event store; absent at the beginning. */
  readonly checkpoint?: string;
  /** Number of unhandled events, counted up to 1,000. */
  readonly eventsBehind: number;
  /** Age of the oldest unhandled event, in milliseconds; 0 if there is none. */
  readonly behindMs: number;
  /** Time of the last change of progress or status, in milliseconds since 1970. */
  readonly changedAtMs: number;
}

/** Operator action on a projection; see `CatgaProjections` of `@catga/event-sourcing`. */
export type ProjectionAction = 'pause' | 'resume' | 'rebuild';

/** Selects a projection if its name is ambiguous. */
export interface ProjectionChoice {
  /** Required if several services have a projection of the name. */
  readonly service?: string;
  /** Version of the read model. @defaultValue the highest one */
  readonly version?: number;
}
