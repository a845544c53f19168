import type { Behavior, Next } from '../../contracts/behavior.js';
import type { Envelope } from '../../contracts/envelope.js';
import type { MessageContext } from '../../contracts/message-context.js';
import type { HandlerPolicy } from '../../contracts/policy.js';
import { CatgaError, toError } from '../../errors/catga-error.js';
import type { Timetable } from '../../time/timetable.js';
import { Cancellation } from '../../time/cancellation.js';
import { Admission } from '../admission/admission.js';
import { HandlerContext } from '../handler-context.js';
import { admit, refuse } from './refusal.js';

const ADVICE = 'A handler that sends a message of its own type waits for a second place.';

/** Limits concurrent handlers of a message type, as `Admission` does for all types. */
export class BulkheadBehavior implements Behavior {
  private readonly places: Admission;

  constructor(
    { maxConcurrent, maxQueued, queueTimeoutMs }: Extract<HandlerPolicy, { policy: 'bulkhead' }>['options'],
    timetable: Timetable,
  ) {
    this.places = new Admission({ maxInFlight: maxConcurrent, maxQueued, queueTimeoutMs }, timetable, ADVICE);
  }

  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    if (!this.places.hasRoom) return this.handleWhenFree(envelope, context, next);
    this.places.enter();
    return this.goOn(envelope, next);
  }

  private async handleWhenFree(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    // Whoever holds the signal is told when the node stops; who waits for a place has to be told too.
    void context.signal;
    try {
      await this.places.enterWhenFree(envelope.name, cancellationOf(context));
    } catch (thrown) {
      const error = toError(thrown);
      if (error instanceof CatgaError) return refuse(envelope, error);
      throw error;
    }
    return this.goOn(envelope, next);
  }

  private goOn(envelope: Envelope, next: Next): Promise<unknown> {
    admit(envelope);
    const outcome = next();
    void outcome.then(this.leave, this.leave);
    return outcome;
  }

  private readonly leave = (): void => this.places.leave();
}

function cancellationOf(context: MessageContext): Cancellation {
  return context instanceof HandlerContext ? context.cancellation : new Cancellation(() => {});
}
