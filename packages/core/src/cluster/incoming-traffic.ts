import type { MessageType } from '../contracts/message-type.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { NodeAddress } from '../ports/links.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import type { ReceivedEnd, ReceivedWork } from './answering/taken-request.js';

/** A request type that this node handles, for the requests of other nodes. */
export interface HandledRequest {
  readonly type: MessageType;
  /**
   * Runs the handler, under a claim in the shared record if `isRecorded`, and tells `end` of the outcome in a later turn.
   * @param remainingMs how long the caller still waits, in milliseconds; undefined if it waits for ever
   */
  receive(
    message: object,
    attributes: MessageAttributes,
    remainingMs: number | undefined,
    isRecorded: boolean,
    end: ReceivedEnd,
  ): ReceivedWork;
}

/** The receiver of what other nodes send to this one. */
export interface IncomingTraffic {
  /** Whether new work is taken. */
  readonly isOpen: boolean;
  /** Undefined if no handler here is for a request of that name. */
  handledRequest(name: string): HandledRequest | undefined;
  /** A plain event for the handlers here. `CATGA_SERIALIZATION` if it cannot be decoded. */
  receiveEvent(sender: NodeAddress, event: EventRecord<FrameBody>): void;
}
