import type { EventHandlerOptions } from '../contracts/handlers.js';
import type { MessageType } from '../contracts/message-type.js';
import type { TransactionalHandler } from '../reliability/transactional-handler.js';
import type { Step } from '../pipeline/pipeline.js';

/** Handler compiled with its behaviors. */
export interface CompiledHandler {
  /** Name in errors, logs and durable subscriptions. */
  readonly name: string;
  readonly step: Step;
  /** Transaction around the handler, which also records what was handled. */
  readonly transaction: TransactionalHandler | undefined;
  /** The bare handler, if no behavior, context or deadline is involved. */
  readonly direct: ((message: object) => unknown) | undefined;
}

/** Route of a request to its handler. */
export interface RequestRoute extends CompiledHandler {
  readonly type: MessageType;
  /** Shortcut for a request sent without options, if there is no deadline and no record to keep. */
  readonly direct: ((request: object) => unknown) | undefined;
  /** Default timeout of callers, in milliseconds; undefined for none. */
  readonly timeoutMs: number | undefined;
}

/** One handler of an event. */
export interface EventSubscriber extends CompiledHandler {
  readonly type: MessageType;
  readonly options: Omit<EventHandlerOptions, 'name'>;
}

/** Route of an event to its handlers. */
export interface EventRoute {
  readonly type: MessageType;
  readonly subscribers: readonly EventSubscriber[];
}
