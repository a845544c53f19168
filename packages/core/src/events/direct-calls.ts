import { NO_ATTRIBUTES } from '../pipeline/message-envelope.js';
import type { MessageAttributes } from '../pipeline/message-envelope.js';
import { Recycled } from '../pipeline/recycled.js';
import type { EventSubscriber } from '../handlers/routes.js';

/** A handler that was called with an event and nothing else. */
export interface DirectCall {
  readonly subscriber: EventSubscriber;
  readonly event: object;
  readonly attributes: MessageAttributes;
}

/** What becomes of direct calls. */
export interface DirectCallListener {
  done(): void;
  failed(call: DirectCall, thrown: unknown): void;
}

/** Waits for the ends of direct calls: promises that call back once. */
export class DirectCalls {
  private readonly waiters: Recycled<DirectCallWaiter> = new Recycled(
    () => new DirectCallWaiter(this.listener, this.waiters),
  );

  constructor(private readonly listener: DirectCallListener) {}

  wait(
    subscriber: EventSubscriber,
    event: object,
    attributes: MessageAttributes,
    end: Promise<unknown>,
  ): void {
    this.waiters.take().wait(subscriber, event, attributes, end);
  }
}

/** Waits for one end at a time. */
class DirectCallWaiter {
  private subscriber: EventSubscriber | undefined;
  private event: object | undefined;
  private attributes = NO_ATTRIBUTES;

  constructor(
    private readonly listener: DirectCallListener,
    private readonly home: Recycled<DirectCallWaiter>,
  ) {}

  wait(
    subscriber: EventSubscriber,
    event: object,
    attributes: MessageAttributes,
    end: Promise<unknown>,
  ): void {
    this.subscriber = subscriber;
    this.event = event;
    if (attributes !== NO_ATTRIBUTES) this.attributes = attributes;
    void end.then(this.succeed, this.fail);
  }

  private readonly succeed = (): void => {
    this.giveBack();
    this.listener.done();
  };

  private readonly fail = (thrown: unknown): void => {
    const { subscriber, event, attributes } = this;
    if (subscriber === undefined || event === undefined) return;
    this.giveBack();
    this.listener.failed({ subscriber, event, attributes }, thrown);
  };

  private giveBack(): void {
    this.event = undefined;
    if (this.attributes !== NO_ATTRIBUTES) this.attributes = NO_ATTRIBUTES;
    this.home.giveBack(this);
  }
}
