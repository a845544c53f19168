import type { HandledRequest } from '../cluster/incoming-traffic.js';
import type { ReceivedEnd, ReceivedWork, TakenRequest } from '../cluster/answering/taken-request.js';
import type { MessageType } from '../contracts/message-type.js';
import type { RequestRoute } from '../handlers/routes.js';
import type { CatgaIds } from '../ids/catga-ids.js';
import type { Admission } from '../pipeline/admission/admission.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import type { ContextHost } from '../pipeline/handler-context.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import type { Timetable } from '../time/timetable.js';
import { ReceivedCall } from './received-call.js';
import type { RequestDispatcher } from './request-dispatcher.js';

/** A request type that a handler of this node is for, as other nodes reach it. */
export class LocalRequest implements HandledRequest {
  readonly type: MessageType;
  private readonly newId = (): string => this.ids.next();

  constructor(
    private readonly route: RequestRoute,
    private readonly dispatcher: RequestDispatcher,
    private readonly host: ContextHost,
    private readonly admission: Admission,
    private readonly timetable: Timetable,
    private readonly ids: CatgaIds,
  ) {
    this.type = route.type;
  }

  /** As `RequestDispatcher.dispatch`, but nobody here waits for it; `end` hears of it. */
  receive(
    message: object,
    attributes: MessageAttributes,
    remainingMs: number | undefined,
    request: TakenRequest,
    end: ReceivedEnd,
  ): ReceivedWork {
    const { route, dispatcher, host, admission, timetable } = this;
    const envelope = new MessageEnvelope(message, route.type, route.name, attributes, this.newId);
    const deadlineMs = remainingMs === undefined ? undefined : host.clock.monotonicMs() + remainingMs;
    const context = new HandlerContext(envelope, host, deadlineMs);
    const isAdmitted = !request.isRecorded && admission.hasRoom;
    const place = isAdmitted ? admission : undefined;
    const call = new ReceivedCall(context, remainingMs, request, end, place, timetable);
    call.follow(
      isAdmitted
        ? this.run(envelope, context)
        : dispatcher.runWhenAdmitted(route, envelope, context, request.isRecorded),
    );
    return call;
  }

  /** There is a place now, and no record to keep. */
  private run(envelope: MessageEnvelope, context: HandlerContext): Promise<unknown> {
    this.admission.enter();
    const outcome = this.route.step(envelope, context);
    context.begin(outcome);
    return outcome;
  }
}
