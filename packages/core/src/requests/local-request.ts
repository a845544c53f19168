import type { HandledRequest } from '../cluster/incoming-traffic.js';
import type { ReceivedEnd, ReceivedWork } from '../cluster/answering/taken-request.js';
import type { MessageType } from '../contracts/message-type.js';
import type { RequestRoute } from '../handlers/routes.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { RequestDispatcher } from './request-dispatcher.js';

/** A request type that a handler of this node is for, as other nodes reach it. */
export class LocalRequest implements HandledRequest {
  readonly type: MessageType;

  constructor(
    private readonly route: RequestRoute,
    private readonly dispatcher: RequestDispatcher,
  ) {
    this.type = route.type;
  }

  receive(
    message: object,
    attributes: MessageAttributes,
    remainingMs: number | undefined,
    isRecorded: boolean,
    end: ReceivedEnd,
  ): ReceivedWork {
    return this.dispatcher.receive(this.route, message, attributes, remainingMs, isRecorded, end);
  }
}
