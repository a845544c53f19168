import type { MessageHeaders } from '../../contracts/headers.js';
import type { MessageType } from '../../contracts/message-type.js';
import type { QualityOfService } from '../../contracts/quality-of-service.js';
import type { KnownNode } from '../../discovery/known-node.js';
import type { Cause } from '../../pipeline/handler-context.js';
import type { AttemptOptions } from '../../pipeline/resilience/policed-call.js';
import type { NodeAddress } from '../../ports/links.js';
import type { TimetableEntry } from '../../time/timetable.js';
import type { FrameBody, RequestRecord } from '../../wire/frame-records.js';

/**
 * A request without an outcome. Also its own frame record and its own
 * timetable entry, to save allocations.
 */
export class PendingRequest implements RequestRecord<FrameBody>, TimetableEntry {
  readonly name: string;
  readonly qos: QualityOfService;
  readonly messageId: string | undefined;
  readonly headers: MessageHeaders | undefined;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  /** Whether it may be re-sent although it may have run: not at QoS 0, unless it is a query. */
  readonly mayRunAgain: boolean;
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

  /** Attempt number of a retry policy; 1 for the first. */
  private readonly callerAttempt: number;

  constructor(
    { name, qos, kind }: MessageType,
    readonly body: FrameBody,
    readonly key: string | undefined,
    { messageId, headers, attempt = 1 }: AttemptOptions,
    cause: Cause | undefined,
    /** Timeout of its caller, in milliseconds. */
    readonly timeoutMs: number,
    /** Correlation number. */
    readonly correlation: number,
    /** The current node. */
    public target: KnownNode,
    /** Whether it may be sent to no other node. */
    readonly isPinned: boolean,
    nowMs: number,
    readonly resolve: (value: unknown) => void,
    readonly reject: (error: Error) => void,
    private readonly expired: (pending: PendingRequest) => void,
  ) {
    this.name = name;
    this.qos = qos;
    this.messageId = messageId;
    this.headers = headers;
    this.callerAttempt = attempt;
    this.correlationId = cause?.correlationId;
    this.causationId = cause?.messageId;
    this.mayRunAgain = qos > 0 || kind === 'query';
    this.dueMs = nowMs + timeoutMs;
  }

  run(): void {
    this.expired(this);
  }

  get attempt(): number {
    return this.callerAttempt + (this.previous?.length ?? 0);
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
