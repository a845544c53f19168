import type { MessageHeaders } from '../contracts/headers.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import type { KnownNode } from '../discovery/known-node.js';
import type { NodeAddress } from '../ports/links.js';
import type { TimetableEntry } from '../time/timetable.js';

/** A request that leaves the process, encoded. */
export interface OutgoingRequest {
  readonly name: string;
  readonly qos: QualityOfService;
  readonly body: Uint8Array;
  readonly messageId?: string;
  readonly key?: string;
  readonly headers?: MessageHeaders;
  readonly correlationId?: string;
  readonly causationId?: string;
  /** How long its caller waits, in milliseconds. */
  readonly timeoutMs: number;
  /** The only node it may go to. */
  readonly onlyNodeId?: string;
}

/** A request whose outcome is not known yet. */
export interface PendingRequest extends OutgoingRequest {
  /** What this node and the handling one know it by. */
  readonly correlation: number;
  readonly deadlineMs: number;
  readonly deadline: TimetableEntry;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Takes its caller's signal off. */
  stopListening: (() => void) | undefined;
  /** Where it is. */
  target: KnownNode;
  /** Where it was before. */
  previous: readonly NodeAddress[];
  /** How often it was sent there without an answer. */
  unanswered: number;
  /** When it is sent there again, in monotonic milliseconds. */
  retransmitAtMs: number;
}

/** Whether two addresses are the same start of the same node. */
export function isSameAddress(a: NodeAddress, b: NodeAddress): boolean {
  return a.nodeId === b.nodeId && a.incarnation === b.incarnation;
}
