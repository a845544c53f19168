import type { MessageContext } from './message-context.js';
import type { CatgaRequest, ResultOf } from './request.js';

/**
 * Handles the one request type it is registered for. Whatever can be awaited may be returned, such as the query of an
 * object-relational mapper.
 *
 * A handler that declares only the message is called with only the message and costs no context.
 *
 * @publicApi
 */
export interface IRequestHandler<T extends CatgaRequest<unknown>> {
  handle(request: T, context: MessageContext): PromiseLike<ResultOf<T>> | ResultOf<T>;
}

/**
 * Handles an event. Any number of handlers may; each succeeds or fails by itself.
 *
 * @publicApi
 */
export interface IEventHandler<E extends object> {
  handle(event: E, context: MessageContext): PromiseLike<void> | void;
}

/** How the handler of a command gets what was queued. Without effect on what is sent. */
export interface RequestHandlerOptions {
  /**
   * How many queued commands of its type this handler may work on at a time, on one node.
   * @defaultValue 16
   */
  readonly concurrency?: number;
  /**
   * How often a queued command is tried before it becomes a dead letter.
   * @defaultValue `retry.maxAttempts` of the module
   */
  readonly maxAttempts?: number;
  /**
   * How long it waits between two attempts at a queued command.
   * @defaultValue for each field that of `retry` of the module
   */
  readonly backoff?: HandlerBackoff;
}

/** How one event handler is subscribed. */
export interface EventHandlerOptions {
  /**
   * The name of the durable subscription: what the engine remembers the handler by. Keep it when the class is renamed.
   * @defaultValue the class name, followed by `.method` for a decorated method
   */
  readonly name?: string;
  /**
   * `'service'`: one node of each service gets an event. `'node'`: every node does.
   * @defaultValue 'service'
   */
  readonly scope?: 'service' | 'node';
  /**
   * How many reliable events this handler may work on at a time, on one node.
   * @defaultValue 16
   */
  readonly concurrency?: number;
  /**
   * Which reliable events a handler gets that is new: those published from its first start on, or all that the engine
   * still has. Without a meaning once its durable subscription is there, and on the memory engine, which keeps no event
   * that nobody waits for.
   * @defaultValue 'new'
   */
  readonly startFrom?: 'new' | 'beginning';
  /**
   * How often a reliable event is tried before it becomes a dead letter.
   * @defaultValue `retry.maxAttempts` of the module
   */
  readonly maxAttempts?: number;
  /**
   * How long it waits between two attempts at a reliable event.
   * @defaultValue for each field that of `retry` of the module
   */
  readonly backoff?: HandlerBackoff;
}

/** The pauses between the attempts of one handler: the first, each longer than the one before, up to the longest. */
export interface HandlerBackoff {
  /** The pause after the first failure, in milliseconds. */
  readonly initialDelayMs?: number;
  /** The longest pause, in milliseconds. */
  readonly maxDelayMs?: number;
  /** How much longer each pause is than the one before; 1 or more. */
  readonly multiplier?: number;
  /** Whether a pause is drawn at random between half of itself and all of it. */
  readonly jitter?: boolean;
}
