/**
 * Counters of the sagas of one name on this node, since it started.
 *
 * @publicApi
 */
export interface SagaCounts {
  readonly started: number;
  readonly completed: number;
  readonly compensated: number;
  /** Number of times a saga became stuck. */
  readonly stuck: number;
  /** Inputs of a saga that had ended, or no longer waited for them. */
  readonly ignored: number;
  /** Inputs delivered again after they were handled. */
  readonly repeated: number;
  /** Steps repeated because another node had written the record. */
  readonly conflicts: number;
}

/** Mutable counters. */
export type MutableCounts = { -readonly [K in keyof SagaCounts]: SagaCounts[K] };

export function noCounts(): MutableCounts {
  return { started: 0, completed: 0, compensated: 0, stuck: 0, ignored: 0, repeated: 0, conflicts: 0 };
}
