import type { MessageType } from '../contracts/message-type.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { NodeAddress } from '../ports/links.js';
import type { EventRecord, FrameBody } from '../wire/frame-records.js';
import type { ReceivedEnd, ReceivedWork } from './answering/taken-request.js';

/** Route of a request type that this node handles for other nodes. */
export interface HandledRequest {
  readonly type: MessageType;
  /**
   * Runs the handler, under a claim in the shared record if `isRecorded`, and tells `end` of the outcome in a later turn.
   * @param remainingMs remaining timeout of the caller, in milliseconds; undefined without a timeout
   */
  receive(
    message: object,
    attributes: MessageAttributes,
    remainingMs: number | undefined,
    isRecorded: boolean,
    end: ReceivedEnd,
  ): ReceivedWork;
}

/** Receiver of requests and events of other nodes. */
export interface IncomingTraffic {
  /** Whether new requests are accepted. */
  readonly isOpen: boolean;
  /** Route of a request name; undefined without a handler here. */
  handledRequest(name: string): HandledRequest | undefined;
  /** Dispatches a plain event to local handlers. `CATGA_SERIALIZATION` if it cannot be decoded. */
  receiveEvent(sender: NodeAddress, event: EventRecord<FrameBody>): void;
}
