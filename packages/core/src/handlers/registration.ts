import type { EventHandlerOptions, RequestHandlerOptions } from '../contracts/handlers.js';
import type { MessageConstructor } from '../contracts/message.js';
import type { HandlerFunction } from '../pipeline/pipeline.js';

/** Handler as registered with a node. */
export interface HandlerRegistration {
  /** Name in errors, logs and durable subscriptions. */
  readonly name: string;
  readonly handler: HandlerFunction;
  /**
   * False if the handler takes only the message: no context is created for it then.
   * @defaultValue whether `handler` declares anything but one parameter
   */
  readonly usesContext?: boolean;
  /**
   * True if the handler depends on the caller, for example through a guard: its answers must not be cached then.
   * @defaultValue false
   */
  readonly dependsOnCaller?: boolean;
  /** Source location, for error messages at start-up. */
  readonly location?: string;
}

/** Handler of a request. */
export interface RequestHandlerRegistration extends HandlerRegistration {
  readonly message: MessageConstructor;
  readonly options: RequestHandlerOptions;
}

/** Handler of one or more events. */
export interface EventHandlerRegistration extends HandlerRegistration {
  readonly messages: readonly MessageConstructor[];
  readonly options: Omit<EventHandlerOptions, 'name'>;
}

/** Whether a handler gets a context: by default, unless it declares exactly one parameter. */
export function usesContext(registration: HandlerRegistration): boolean {
  return registration.usesContext ?? registration.handler.length !== 1;
}

/** Whether a handler runs in a transaction of the outbox's database. */
export function isInTransaction({ transaction }: Pick<RequestHandlerOptions, 'transaction'>): boolean {
  return transaction !== undefined && transaction !== false;
}
