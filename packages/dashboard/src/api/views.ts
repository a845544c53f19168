// Reply types of the API, shared with the page. Dates are ISO strings.
import type { DeadLetterFailure, DurableSubscription, NodeInfo, SubscriptionLag } from '@catga/core';
import type {
  NodeDescription,
  NodeFailure,
  NodeStats,
  ProjectionList,
  SagaDetails,
  SagaSummary,
  ScheduleList,
  Topology,
  TopologyEdge,
} from '@catga/core/admin';

/** One page of a list. */
export interface PageView<T> {
  readonly items: readonly T[];
  /** `after` of the next page; absent on the last one. */
  readonly next?: string;
}

/** Metadata that the page loads first. */
export interface MetaView {
  readonly nodeId: string;
  readonly namespace: string;
  readonly engine: string;
  readonly readOnly: boolean;
}

export interface NodeView extends Pick<NodeInfo, 'nodeId' | 'service' | 'status' | 'load' | 'endpoint'> {
  readonly startedAtMs: number;
  /** Number of messages that it handles. */
  readonly handles: number;
}

export interface NodeDetailView {
  readonly node: NodeInfo;
  readonly description?: NodeDescription;
  readonly stats?: NodeStats;
  /** Why details of the node are missing. */
  readonly problem?: string;
}

export interface NodeStatsView {
  readonly nodeId: string;
  readonly stats?: NodeStats;
  readonly problem?: string;
}

export interface SubscriptionView extends Pick<
  DurableSubscription,
  'id' | 'kind' | 'names' | 'waiting' | 'isPaused'
> {
  readonly lag?: SubscriptionLag;
  /** Ids of the nodes that own its lanes, at most 50. */
  readonly owners: readonly string[];
}

/** Traffic of the cluster in one interval. */
export interface TrafficPointView {
  readonly atMs: number;
  /** Messages per second. */
  readonly handled: number;
  /** Failed handler runs per second. */
  readonly failed: number;
  /** Run time of handlers: median and 95th percentile, null if none ran. */
  readonly durationMs: readonly (number | null)[];
  /** Time from sending until handled, of durable messages. */
  readonly criticalMs: readonly (number | null)[];
  /** Durable messages that wait for a handler. */
  readonly due: number;
  /** Age of the oldest of these. */
  readonly oldestDueMs: number;
}

export interface TrafficView {
  /** Points of at most the last 15 minutes, the oldest first. */
  readonly points: readonly TrafficPointView[];
}

export interface TopologyView extends Omit<Topology, 'edges'> {
  readonly edges: readonly TopologyEdgeView[];
  /** Whether all edges are included. */
  readonly isComplete: boolean;
}

export interface TopologyEdgeView extends TopologyEdge {
  /** Current messages per second. */
  readonly rate: number;
}

export interface ErrorView {
  readonly name: string;
  readonly code?: string | number;
  readonly message: string;
}

export interface LetterView {
  readonly id: string;
  readonly messageId: string;
  readonly name: string;
  readonly subscription: string;
  readonly attempts: number;
  readonly failedAt: string;
  readonly nodeId: string;
  readonly error: ErrorView;
}

export interface AttemptsView extends Pick<DeadLetterFailure, 'attempts' | 'nodeId' | 'leftOut'> {
  readonly failedAt: string;
  readonly error: ErrorView;
}

export interface LetterDetailView extends LetterView {
  readonly kind: string;
  /** JSON of the content; absent if its bytes could not be decoded. */
  readonly content?: string;
  readonly bytes: number;
  /** Whether the content can be edited: not if `content` does not represent the message completely. */
  readonly isEditable: boolean;
  readonly headers: string;
  readonly key?: string;
  /** Whether the next messages of the key wait for what becomes of this letter. */
  readonly holdsKey?: true;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly originNodeId: string;
  readonly sentAt: string;
  /** Earlier series of attempts, oldest first. */
  readonly history: readonly AttemptsView[];
  readonly traceUrl?: string;
}

export interface LetterGroupView {
  /** Key of the group in requests. */
  readonly key: string;
  readonly subscription: string;
  readonly name: string;
  readonly error: ErrorView;
  readonly count: number;
  readonly oldestFailedAt: string;
}

export interface LetterGroupsView {
  readonly items: readonly LetterGroupView[];
  readonly counted: number;
  /** Whether all letters were counted. */
  readonly isComplete: boolean;
  /** Whether the count is still running: request again. */
  readonly isCounting: boolean;
}

/** Result of one step of a batch action: request again with `next` as `after`, `until` and `batch`. */
export interface BatchStepView {
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly { readonly id: string; readonly error: ErrorView }[];
  readonly until: string;
  /** Id of the action, which marks the letters it has redriven. */
  readonly batch: string;
  readonly next?: string;
}

export interface FailureView extends Omit<NodeFailure, 'error'> {
  readonly nodeId: string;
  readonly error: ErrorView;
}

export interface FailuresView {
  /** The newest first. */
  readonly items: readonly FailureView[];
  /** Nodes that did not answer, with the problem. */
  readonly unanswered: readonly { readonly nodeId: string; readonly problem: string }[];
}

/** A pending queued command. */
export interface QueuedCommandView {
  readonly name: string;
  readonly messageId: string;
  readonly key?: string;
  readonly originNodeId: string;
  readonly enqueuedAt: string;
  readonly state: 'waiting' | 'delayed' | 'running';
  /** Due time of a delayed command. */
  readonly dueAt?: string;
}

/** A saga, with its texts redacted. */
export type SagaView = SagaSummary;

export interface SagaPageView extends PageView<SagaView> {
  /** Number of records that the answering node cannot read. */
  readonly unreadable: number;
  /** Names of all sagas. */
  readonly names: readonly string[];
}

export interface SagaDetailView extends Omit<SagaDetails, 'state'> {
  /** JSON of the state. */
  readonly state: string;
}

export type SchedulesView = ScheduleList;

/** Builds of projections, with redacted problem texts. */
export type ProjectionsView = ProjectionList;

export type MessageAction = 'send' | 'enqueue' | 'publish';

/** A message that can be sent. */
export interface MessageView {
  readonly name: string;
  readonly actions: readonly MessageAction[];
  /** JSON Schema of its content, if this application knows it. */
  readonly schema?: string;
}

/** Result of sending a message. */
export interface SentView {
  /** JSON of the handler's result. */
  readonly result?: string;
  /** Id of a queued command. */
  readonly messageId?: string;
}
