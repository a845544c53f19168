import { Injectable } from '@nestjs/common';
import { EventBus } from '../buses/event-bus.js';
import type { IAggregateRoot } from '../contracts/aggregate-root.js';
import type { AsyncContext } from '../contracts/async-context.js';
import type { IEvent } from '../contracts/messages.js';

/** A class. */
export interface Constructor<T> {
  // oxlint-disable-next-line typescript/no-explicit-any -- any constructor
  new (...args: any[]): T;
}

/**
 * Connects aggregates with the event bus, so that `commit` publishes.
 *
 * @publicApi
 */
@Injectable()
export class EventPublisher<EventBase extends IEvent = IEvent> {
  constructor(private readonly eventBus: EventBus<EventBase>) {}

  /**
   * Returns a subclass whose instances publish.
   * @param asyncContext the context of request-scoped handlers
   */
  mergeClassContext<T extends Constructor<IAggregateRoot<EventBase>>>(
    metatype: T,
    asyncContext?: AsyncContext,
  ): T {
    const { eventBus } = this;
    return class extends metatype {
      override publish(event: EventBase): unknown {
        return eventBus.publish(event, this, asyncContext);
      }

      override publishAll(events: EventBase[]): unknown {
        return eventBus.publishAll(events, this, asyncContext);
      }
    };
  }

  /**
   * Makes an object publish, and returns it.
   * @param asyncContext the context of request-scoped handlers
   */
  mergeObjectContext<T extends IAggregateRoot<EventBase>>(object: T, asyncContext?: AsyncContext): T {
    const { eventBus } = this;
    object.publish = (event: EventBase): unknown => eventBus.publish(event, object, asyncContext);
    object.publishAll = (events: EventBase[]): unknown => eventBus.publishAll(events, object, asyncContext);
    return object;
  }
}
