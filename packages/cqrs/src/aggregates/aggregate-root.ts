import type { Type } from '@nestjs/common';
import type { IEventHandler } from '../contracts/handlers.js';
import type { IEvent } from '../contracts/messages.js';
import { WithAggregateRoot } from './with-aggregate-root.js';

/** Protected methods of the mixin, which its type cannot express. */
interface Naming {
  getEventHandler(event: object): Type<IEventHandler> | undefined;
  getEventName(event: object): string;
}

const Base = WithAggregateRoot(class {});
const naming = Base.prototype as object as Naming;

/**
 * Base class of aggregates: collects the events that it applies until they are committed.
 *
 * @publicApi
 */
export abstract class AggregateRoot<EventBase extends IEvent = IEvent> extends Base<EventBase> {
  /** Returns the method that applies an event. */
  protected getEventHandler<T extends EventBase = EventBase>(event: T): Type<IEventHandler> | undefined {
    return naming.getEventHandler.call(this, event);
  }

  /** Name of an event, which determines the name of its method. */
  // oxlint-disable-next-line typescript/no-explicit-any -- subclasses of applications say so
  protected getEventName(event: any): string {
    return naming.getEventName.call(this, event);
  }
}
