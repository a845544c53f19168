/** What a started node has wired. */
export interface NodeSummary {
  readonly engine: string;
  readonly service: string;
  readonly nodeId: string;
  readonly commands: number;
  readonly queries: number;
  /** Event types with at least one handler. */
  readonly events: number;
  readonly eventHandlers: number;
  readonly durableSubscriptions: number;
  readonly behaviors: number;
}
