/**
 * What this node did with sagas of one name since it started.
 *
 * @publicApi
 */
export interface SagaCounts {
  readonly started: number;
  readonly completed: number;
  readonly compensated: number;
  /** How often one got stuck. */
  readonly stuck: number;
  /** Inputs that came for a saga that had ended, or that no longer waited for them. */
  readonly ignored: number;
  /** Inputs that came again. */
  readonly repeated: number;
  /** Steps that were taken again, because another node had written meanwhile. */
  readonly conflicts: number;
}

/** Counts that go up. */
export type MutableCounts = { -readonly [K in keyof SagaCounts]: SagaCounts[K] };

export function noCounts(): MutableCounts {
  return { started: 0, completed: 0, compensated: 0, stuck: 0, ignored: 0, repeated: 0, conflicts: 0 };
}
