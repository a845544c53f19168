import type { EventHandlerOptions, RequestHandlerOptions } from '../contracts/handlers.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { HandlerFunction } from '../pipeline/pipeline.js';

/** A handler as it is given to a node. */
export interface HandlerRegistration {
  /** What errors, logs and durable subscriptions call it. */
  readonly name: string;
  readonly handler: HandlerFunction;
  /**
   * False if the handler takes only the message: then no context is made for it.
   * @defaultValue whether `handler` declares anything but one parameter
   */
  readonly usesContext?: boolean;
  /**
   * True if something inside the handler looks at who calls, such as a guard: its answers must not be cached.
   * @defaultValue false
   */
  readonly dependsOnCaller?: boolean;
  /** Where it was found, for the messages of a start-up that fails. */
  readonly location?: string;
}

/** The one handler of a request. */
export interface RequestHandlerRegistration extends HandlerRegistration {
  readonly message: MessageConstructor;
  readonly options: RequestHandlerOptions;
}

/** A handler of one or more events. */
export interface EventHandlerRegistration extends HandlerRegistration {
  readonly messages: readonly MessageConstructor[];
  readonly options: Omit<EventHandlerOptions, 'name'>;
}

/** Whether a handler wants its context: anything but exactly one declared parameter might look at the second. */
export function usesContext(registration: HandlerRegistration): boolean {
  return registration.usesContext ?? registration.handler.length !== 1;
}
