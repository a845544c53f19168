// What the API replies: types only, for the page too. Dates are ISO texts.
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

/** What the page has to know first. */
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
  /** Why the node did not tell more. */
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
  /** Ids of the nodes that own lanes of it, at most 50. */
  readonly owners: readonly string[];
}

/** What the cluster did for some seconds. */
export interface TrafficPointView {
  readonly atMs: number;
  /** Messages per second. */
  readonly handled: number;
  /** Runs of handlers per second that failed. */
  readonly failed: number;
  /** How long handlers ran: median and 95th percentile, null if none did. */
  readonly durationMs: readonly (number | null)[];
  /** From sending until handled, of durable messages. */
  readonly criticalMs: readonly (number | null)[];
  /** Durable messages that wait for a handler. */
  readonly due: number;
  /** How long the oldest of these waits. */
  readonly oldestDueMs: number;
}

export interface TrafficView {
  /** At most those of the last quarter of an hour, the oldest first. */
  readonly points: readonly TrafficPointView[];
}

export interface TopologyView extends Omit<Topology, 'edges'> {
  readonly edges: readonly TopologyEdgeView[];
  /** Whether these are all edges. */
  readonly isComplete: boolean;
}

export interface TopologyEdgeView extends TopologyEdge {
  /** Messages per second at the moment. */
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
  /** Whether other content can be sent: it is not, if the text above says less than the message. */
  readonly isEditable: boolean;
  readonly headers: string;
  readonly key?: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly originNodeId: string;
  readonly sentAt: string;
  /** Earlier series of attempts, oldest first. */
  readonly history: readonly AttemptsView[];
  readonly traceUrl?: string;
}

export interface LetterGroupView {
  /** Names the group in requests. */
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
  /** Whether the count goes on: ask again. */
  readonly isCounting: boolean;
}

/** What one request has done of a larger action: ask again with `next` as `after`, `until` and `batch`. */
export interface BatchStepView {
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly { readonly id: string; readonly error: ErrorView }[];
  readonly until: string;
  /** Names the action, by which letters that it has redriven are recognized. */
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
  /** Nodes that did not answer, and why. */
  readonly unanswered: readonly { readonly nodeId: string; readonly problem: string }[];
}

/** A queued command that has not ended. */
export interface QueuedCommandView {
  readonly name: string;
  readonly messageId: string;
  readonly key?: string;
  readonly originNodeId: string;
  readonly enqueuedAt: string;
  readonly state: 'waiting' | 'delayed' | 'running';
  /** When a delayed one is due. */
  readonly dueAt?: string;
}

/** A saga, with its texts redacted. */
export type SagaView = SagaSummary;

export interface SagaPageView extends PageView<SagaView> {
  /** Number of records that the node that was asked cannot read. */
  readonly unreadable: number;
  /** Names of all sagas. */
  readonly names: readonly string[];
}

export interface SagaDetailView extends Omit<SagaDetails, 'state'> {
  /** JSON of it. */
  readonly state: string;
}

export type SchedulesView = ScheduleList;

/** Builds of read models, with the texts of their problems redacted. */
export type ProjectionsView = ProjectionList;

export type MessageAction = 'send' | 'enqueue' | 'publish';

/** A message that can be sent. */
export interface MessageView {
  readonly name: string;
  readonly actions: readonly MessageAction[];
  /** JSON Schema of its content, where this application knows it. */
  readonly schema?: string;
}

/** What came of a message. */
export interface SentView {
  /** JSON of the handler's result. */
  readonly result?: string;
  /** Of a queued command. */
  readonly messageId?: string;
}
