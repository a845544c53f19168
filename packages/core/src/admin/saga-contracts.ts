/**
 * Summary of a saga.
 *
 * @publicApi
 */
export interface SagaSummary {
  /** Name of the saga. */
  readonly saga: string;
  readonly id: string;
  readonly status: SagaStatusName;
  /** Number of steps so far. */
  readonly revision: number;
  /** Start time, in milliseconds since 1970, as is the time of the last step. */
  readonly startedAtMs: number;
  readonly changedAtMs: number;
  /** Reason of the compensation, or of ending it by hand; in lists at most 500 characters. */
  readonly reason?: string;
  /** Error that made it stuck; in lists at most 500 characters. */
  readonly problem?: string;
}

/** Status of a saga. */
export type SagaStatusName = 'running' | 'compensating' | 'completed' | 'compensated' | 'stuck';

/**
 * A saga with its state and its steps.
 *
 * @publicApi
 */
export interface SagaDetails extends SagaSummary {
  /** Version of the state. */
  readonly version: number;
  readonly state: unknown;
  /** Wire names of the commands whose outcome is pending. */
  readonly waitsFor: readonly string[];
  /** Wire names of the compensating commands it would send, or has yet to send, the next one first. */
  readonly undo: readonly string[];
  /** The first step and the last 49. */
  readonly history: readonly SagaStepInfo[];
}

/** One step of a saga. */
export interface SagaStepInfo {
  readonly atMs: number;
  /** The input, such as `OrderPlaced` or `result of ReserveStock`. */
  readonly input: string;
  /** Wire names of the messages sent. */
  readonly sent: readonly string[];
  readonly status: SagaStatusName;
}

/** Filter for sagas of a name; every given field must match. */
export interface SagaQuery {
  readonly status?: SagaStatusName;
  /** Started before this time, in milliseconds since 1970. */
  readonly startedBeforeMs?: number;
  /** Last step before this time, in milliseconds since 1970. */
  readonly changedBeforeMs?: number;
}

/**
 * Page of sagas.
 *
 * @publicApi
 */
export interface SagaSummaryPage {
  /** May be empty although there are further pages. */
  readonly items: readonly SagaSummary[];
  /** Problems of omitted sagas: records that the answering node cannot read, or names that no node reports. */
  readonly unreadable: readonly string[];
  /** Cursor of the next page; absent on the last page. */
  readonly next?: string;
}

/** Operator action on a saga; see `CatgaSagas` of `@catga/sagas`. */
export type SagaAction = 'retry' | 'compensate' | 'complete';

/**
 * A schedule of a node.
 *
 * @publicApi
 */
export interface ScheduleSummary {
  readonly name: string;
  /** Wire name of the command. */
  readonly command: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: 'last' | 'all' | 'none';
  /** Latest tick that any node has queued, or the time when the schedule was first seen, in milliseconds since 1970; absent before that. */
  readonly lastTickMs?: number;
  /** The next ticks, in milliseconds since 1970. */
  readonly nextMs: readonly number[];
}
