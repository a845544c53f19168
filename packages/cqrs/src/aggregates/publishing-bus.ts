import type { IEventBus } from '../contracts/buses.js';

/** The methods of an aggregate that publish. */
export interface AggregateTarget {
  publish(event: object): unknown;
  publishAll(events: object[]): unknown;
}

/**
 * The event buses of running applications, the last one to start last. `@Publishable` decorates a class that no application
 * owns: there is nowhere else to look.
 */
const running: IEventBus[] = [];

/** An application has started. Returns how to say that it stopped. */
export function busStarted(bus: IEventBus): () => void {
  running.push(bus);
  return () => {
    const index = running.lastIndexOf(bus);
    if (index >= 0) running.splice(index, 1);
  };
}

/** The bus of the application that started last; undefined if none runs. */
export function latestBus(): IEventBus | undefined {
  return running.at(-1);
}
