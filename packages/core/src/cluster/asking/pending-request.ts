import type { MessageHeaders } from '../../contracts/headers.js';
import type { QualityOfService } from '../../contracts/quality-of-service.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { NodeRegistry } from '../../discovery/node-registry.js';
import type { NodeAddress } from '../../ports/links.js';
import type { TimetableEntry } from '../../time/timetable.js';
import type { FrameBody, RequestRecord } from '../../wire/frame-records.js';

/** An encoded request to another node. */
export interface OutgoingRequest {
  readonly name: string;
  readonly qos: QualityOfService;
  readonly body: FrameBody;
  readonly messageId: string | undefined;
  /** Attempt number of a retry policy; 1 for the first. */
  readonly callerAttempt: number | undefined;
  readonly key: string | undefined;
  readonly headers: MessageHeaders | undefined;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  /** Timeout of its caller, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether it may be re-sent although it may have run: not at QoS 0, unless it is a query. */
  readonly mayRunAgain: boolean;
  /** The only node that it may be sent to. */
  readonly onlyNodeId: string | undefined;
}

/**
 * A request without an outcome. Also its own frame record and its own
 * timetable entry, to save allocations.
 */
export class PendingRequest implements RequestRecord<FrameBody>, TimetableEntry {
  readonly name: string;
  readonly qos: QualityOfService;
  readonly body: FrameBody;
  readonly messageId: string | undefined;
  readonly callerAttempt: number | undefined;
  readonly key: string | undefined;
  readonly headers: MessageHeaders | undefined;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  readonly onlyNodeId: string | undefined;
  readonly mayRunAgain: boolean;
  readonly timeoutMs: number;
  /** Deadline of its caller. */
  readonly dueMs: number;
  order = 0;
  isWaiting = false;
  remainingMs = 0;
  /** Nodes it was sent to before. */
  previous: readonly NodeAddress[] | undefined;
  /** Number of transmissions to the current node without a reply. */
  unanswered = 0;
  /** Time of the next retransmission, in monotonic milliseconds. */
  retransmitAtMs = 0;
  /** Its last node does not listen, and all candidates were tried: it waits for one to return. */
  isStranded = false;
  /** Removes the listener from its caller's signal. */
  stopListening: (() => void) | undefined;

  constructor(
    request: OutgoingRequest,
    /** Correlation number. */
    readonly correlation: number,
    /** The current node. */
    public target: KnownNode,
    nowMs: number,
    readonly resolve: (value: unknown) => void,
    readonly reject: (error: Error) => void,
    private readonly expired: (pending: PendingRequest) => void,
  ) {
    this.name = request.name;
    this.qos = request.qos;
    this.body = request.body;
    this.messageId = request.messageId;
    this.callerAttempt = request.callerAttempt;
    this.key = request.key;
    this.headers = request.headers;
    this.correlationId = request.correlationId;
    this.causationId = request.causationId;
    this.onlyNodeId = request.onlyNodeId;
    this.mayRunAgain = request.mayRunAgain;
    this.timeoutMs = request.timeoutMs;
    this.dueMs = nowMs + request.timeoutMs;
  }

  run(): void {
    this.expired(this);
  }

  get attempt(): number {
    return (this.callerAttempt ?? 1) + (this.previous?.length ?? 0);
  }

  get isRetransmission(): boolean {
    return this.unanswered > 1;
  }

  /** All nodes that were tried. */
  get asked(): readonly NodeAddress[] {
    return this.previous === undefined ? [this.target] : [...this.previous, this.target];
  }
}

/** Whether two addresses are the same incarnation of a node. */
export function isSameAddress(a: NodeAddress, b: NodeAddress): boolean {
  return a.nodeId === b.nodeId && a.incarnation === b.incarnation;
}

/** Candidates of a request, tried or not. */
export function possibleNodes(
  registry: NodeRegistry,
  { name, onlyNodeId, target }: PendingRequest,
): readonly KnownNode[] {
  const candidates = registry.candidatesFor(name);
  return onlyNodeId === undefined ? candidates : candidates.filter((node) => isSameAddress(node, target));
}

/** Candidates that were not tried yet; none for a request pinned to one node. */
export function unaskedNodes(registry: NodeRegistry, pending: PendingRequest): readonly KnownNode[] {
  if (pending.onlyNodeId !== undefined) return [];
  const { asked } = pending;
  const candidates = possibleNodes(registry, pending);
  return candidates.filter((node) => !asked.some((address) => isSameAddress(address, node)));
}
