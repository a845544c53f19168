/** Result of the commands of the cluster demo: which run of a handler had the effect. */
export interface EffectReceipt {
  /** Unique among all runs of all processes, to tell a repeated answer from a repeated run. */
  readonly runId: string;
}
