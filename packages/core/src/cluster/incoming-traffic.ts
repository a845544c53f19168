import type { MessageType } from '../contracts/message-type.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { EventVisitor, FrameBody } from '../wire/frame-records.js';
import type { ReceivedEnd, ReceivedWork, TakenRequest } from './answering/taken-request.js';

/** Route of a request type that this node handles for other nodes. */
export interface HandledRequest {
  readonly type: MessageType;
  /**
   * Runs the handler, under a claim in the shared record if the request is recorded, and tells `end` the outcome in a
   * later turn.
   * @param remainingMs remaining timeout of the caller, in milliseconds; undefined without a timeout
   */
  receive(
    message: object,
    attributes: MessageAttributes,
    remainingMs: number | undefined,
    request: TakenRequest,
    end: ReceivedEnd,
  ): ReceivedWork;
}

/** Receiver of requests and events of other nodes. `event` dispatches a plain event to local handlers. */
export interface IncomingTraffic extends EventVisitor<FrameBody> {
  /** Whether new requests are accepted. */
  readonly isOpen: boolean;
  /** Requests with a local handler, by wire name. */
  readonly handled: ReadonlyMap<string, HandledRequest>;
}
