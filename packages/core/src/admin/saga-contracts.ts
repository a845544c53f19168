/**
 * A saga, as lists have it.
 *
 * @publicApi
 */
export interface SagaSummary {
  /** Name of the saga. */
  readonly saga: string;
  readonly id: string;
  readonly status: SagaStatusName;
  /** Number of its steps so far. */
  readonly revision: number;
  /** In milliseconds since 1970, as is the time of its last step. */
  readonly startedAtMs: number;
  readonly changedAtMs: number;
  /** Why it compensates, or was ended by hand; in lists at most 500 characters. */
  readonly reason?: string;
  /** Why it is stuck; in lists at most 500 characters. */
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
  /** Wire names of the commands whose outcome it waits for. */
  readonly waitsFor: readonly string[];
  /** Wire names of the commands that it would undo, or still has to undo, the next one first. */
  readonly undo: readonly string[];
  /** Its first step and its last 49. */
  readonly history: readonly SagaStepInfo[];
}

/** One step of a saga. */
export interface SagaStepInfo {
  readonly atMs: number;
  /** What came, such as `OrderPlaced` or `result of ReserveStock`. */
  readonly input: string;
  /** Wire names of what was sent. */
  readonly sent: readonly string[];
  readonly status: SagaStatusName;
}

/** Which sagas of a name are listed; every given field must match. */
export interface SagaQuery {
  readonly status?: SagaStatusName;
  /** Started before this time, in milliseconds since 1970. */
  readonly startedBeforeMs?: number;
  /** Without a step since this time, in milliseconds since 1970. */
  readonly changedBeforeMs?: number;
}

/**
 * Page of sagas.
 *
 * @publicApi
 */
export interface SagaSummaryPage {
  /** May be none, although there are further pages. */
  readonly items: readonly SagaSummary[];
  /** Why sagas are missing here: records that the node that was asked cannot read, or names that no node tells of. */
  readonly unreadable: readonly string[];
  /** Cursor of the next page; absent on the last page. */
  readonly next?: string;
}

/** What can be done to a saga by hand: see `CatgaSagas` of `@catga/sagas`. */
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
  /** The latest tick that any node has queued, or when the schedule was first seen, in milliseconds since 1970; absent before that. */
  readonly lastTickMs?: number;
  /** The next ticks, in milliseconds since 1970. */
  readonly nextMs: readonly number[];
}
