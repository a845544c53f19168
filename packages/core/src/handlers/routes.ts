import type { EventHandlerOptions } from '../contracts/handlers.js';
import type { MessageType } from '../contracts/message-type.js';
import type { Step } from '../pipeline/pipeline.js';

/** A handler compiled with the behaviors around it. */
export interface CompiledHandler {
  /** What errors, logs and durable subscriptions call it. */
  readonly name: string;
  readonly step: Step;
  /** The handler itself, where nothing stands between it and the message: no behavior, no context, no deadline. */
  readonly direct: ((message: object) => unknown) | undefined;
}

/** Where a request goes. */
export interface RequestRoute extends CompiledHandler {
  readonly type: MessageType;
  /** Takes a request about which nothing was said to the handler, if there is no deadline and no record to keep. */
  readonly direct: ((request: object) => unknown) | undefined;
  /** How long callers wait unless they say otherwise, in milliseconds; undefined for as long as it runs. */
  readonly timeoutMs: number | undefined;
}

/** One handler of an event. */
export interface EventSubscriber extends CompiledHandler {
  readonly type: MessageType;
  readonly options: Omit<EventHandlerOptions, 'name'>;
}

/** Where an event goes. */
export interface EventRoute {
  readonly type: MessageType;
  readonly subscribers: readonly EventSubscriber[];
}
