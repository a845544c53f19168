import type { MessageHeaders } from '../../contracts/headers.js';
import type { QualityOfService } from '../../contracts/quality-of-service.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { NodeRegistry } from '../../discovery/node-registry.js';
import type { NodeAddress } from '../../ports/links.js';
import type { TimetableEntry } from '../../time/timetable.js';
import type { FrameBody, RequestRecord } from '../../wire/frame-records.js';

/** A request that leaves the process, encoded. */
export interface OutgoingRequest {
  readonly name: string;
  readonly qos: QualityOfService;
  readonly body: FrameBody;
  readonly messageId: string | undefined;
  /** Which attempt of its caller this is; 1 unless it is sent again under the same id. */
  readonly callerAttempt: number | undefined;
  readonly key: string | undefined;
  readonly headers: MessageHeaders | undefined;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  /** How long its caller waits, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether it may be sent again although it may have run: not at QoS 0, unless it is a query. */
  readonly mayRunAgain: boolean;
  /** The only node it may go to. */
  readonly onlyNodeId: string | undefined;
}

/**
 * A request whose outcome is not known yet. It is its own record in the frames that take it somewhere, and its own
 * entry in the timetable.
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
  /** When its caller stops waiting. */
  readonly dueMs: number;
  order = 0;
  isWaiting = false;
  remainingMs = 0;
  /** Where it was before. */
  previous: readonly NodeAddress[] | undefined;
  /** How often it was sent where it is now without an answer. */
  unanswered = 0;
  /** When it is sent there again, in monotonic milliseconds. */
  retransmitAtMs = 0;
  /** Nobody listened where it went last, and everybody who could take it was asked: it waits for one to come back. */
  isStranded = false;
  /** Takes its caller's signal off. */
  stopListening: (() => void) | undefined;

  constructor(
    request: OutgoingRequest,
    /** What this node and the handling one know it by. */
    readonly correlation: number,
    /** Where it is. */
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

  /** All nodes that were asked. */
  get asked(): readonly NodeAddress[] {
    return this.previous === undefined ? [this.target] : [...this.previous, this.target];
  }
}

/** Whether two addresses are the same start of the same node. */
export function isSameAddress(a: NodeAddress, b: NodeAddress): boolean {
  return a.nodeId === b.nodeId && a.incarnation === b.incarnation;
}

/** The nodes that may take a request, asked or not. */
export function possibleNodes(
  registry: NodeRegistry,
  { name, onlyNodeId, target }: PendingRequest,
): readonly KnownNode[] {
  const candidates = registry.candidatesFor(name);
  return onlyNodeId === undefined ? candidates : candidates.filter((node) => isSameAddress(node, target));
}

/** Those of them that were not asked yet. None for a request that may go to one node only: that one was. */
export function unaskedNodes(registry: NodeRegistry, pending: PendingRequest): readonly KnownNode[] {
  if (pending.onlyNodeId !== undefined) return [];
  const { asked } = pending;
  const candidates = possibleNodes(registry, pending);
  return candidates.filter((node) => !asked.some((address) => isSameAddress(address, node)));
}
