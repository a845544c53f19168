import type { AggregateTarget } from './publishing-bus.js';
import { latestBus } from './publishing-bus.js';

/**
 * Class decorator of an aggregate: `publish` and `commit` publish through the event bus of the application. With several applications in a
 * process that is the last one started; use `EventPublisher` to choose another.
 *
 * @publicApi
 */
export function Publishable(): ClassDecorator {
  return (target) => {
    const prototype = target.prototype as AggregateTarget;
    prototype.publish = (event) => latestBus()?.publish(event) as unknown;
    prototype.publishAll = (events) => latestBus()?.publishAll(events) as unknown;
  };
}
