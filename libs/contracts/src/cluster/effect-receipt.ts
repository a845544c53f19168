/** What the commands of the cluster demo answer: which run of a handler took the effect. */
export interface EffectReceipt {
  /** Unique among all runs of all processes, so that a repeated answer can be told from a repeated run. */
  readonly runId: string;
}
