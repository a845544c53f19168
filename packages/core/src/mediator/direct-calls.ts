import type { MessageAttributes } from '../pipeline/message-envelope.js';
import { isPlainPromise, Recycled } from './recycled.js';
import type { EventRoute, EventSubscriber } from './routes.js';

/** A handler that was called with an event and nothing else. */
export interface DirectCall {
  readonly route: EventRoute;
  readonly subscriber: EventSubscriber;
  readonly event: object;
  readonly attributes: MessageAttributes;
}

/** What becomes of direct calls. */
export interface DirectCallListener {
  done(): void;
  failed(call: DirectCall, thrown: unknown): void;
}

/** Waits for the ends of direct calls. */
export class DirectCalls {
  private readonly waiters: Recycled<DirectCallWaiter> = new Recycled(
    () => new DirectCallWaiter(this.listener, this.waiters),
  );

  constructor(private readonly listener: DirectCallListener) {}

  wait(
    route: EventRoute,
    subscriber: EventSubscriber,
    event: object,
    attributes: MessageAttributes,
    end: Promise<unknown>,
  ): void {
    const waiter = isPlainPromise(end) ? this.waiters.take() : new DirectCallWaiter(this.listener, undefined);
    waiter.wait(route, subscriber, event, attributes, end);
  }
}

/** Waits for one end at a time. */
class DirectCallWaiter {
  private route: EventRoute | undefined;
  private subscriber: EventSubscriber | undefined;
  private event: object | undefined;
  private attributes: MessageAttributes | undefined;

  constructor(
    private readonly listener: DirectCallListener,
    private readonly home: Recycled<DirectCallWaiter> | undefined,
  ) {}

  wait(
    route: EventRoute,
    subscriber: EventSubscriber,
    event: object,
    attributes: MessageAttributes,
    end: Promise<unknown>,
  ): void {
    this.route = route;
    this.subscriber = subscriber;
    this.event = event;
    this.attributes = attributes;
    void end.then(this.succeed, this.fail);
  }

  private readonly succeed = (): void => {
    if (this.event === undefined) return; // A promise of a strange class calls back twice.
    this.giveBack();
    this.listener.done();
  };

  private readonly fail = (thrown: unknown): void => {
    const { route, subscriber, event, attributes } = this;
    this.giveBack();
    if (route === undefined || subscriber === undefined || event === undefined || attributes === undefined)
      return;
    this.listener.failed({ route, subscriber, event, attributes }, thrown);
  };

  private giveBack(): void {
    this.event = undefined;
    this.attributes = undefined;
    this.home?.giveBack(this);
  }
}
