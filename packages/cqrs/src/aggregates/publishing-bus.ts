import type { IEventBus } from '../contracts/buses.js';

/** Publishing methods of an aggregate. */
export interface AggregateTarget {
  publish(event: object): unknown;
  publishAll(events: object[]): unknown;
}

/** Event buses of running applications, in order of start. Global, because `@Publishable` decorates a class that no application owns. */
const running: IEventBus[] = [];

/** Registers the bus of a started application. Returns a function that unregisters it. */
export function busStarted(bus: IEventBus): () => void {
  running.push(bus);
  return () => {
    const index = running.lastIndexOf(bus);
    if (index >= 0) running.splice(index, 1);
  };
}

/** Bus of the application that started last; undefined if none runs. */
export function latestBus(): IEventBus | undefined {
  return running.at(-1);
}
