import type { MessageContext } from './message-context.js';
import type { CatgaRequest, ResultOf } from './request.js';

/**
 * Handler of one request class. It may return any thenable, such as an ORM query.
 *
 * If `handle` declares only the message, no context is created.
 *
 * @publicApi
 */
export interface IRequestHandler<T extends CatgaRequest<unknown>> {
  handle(request: T, context: MessageContext): PromiseLike<ResultOf<T>> | ResultOf<T>;
}

/**
 * Handler of an event. An event may have any number of handlers; each succeeds or fails independently.
 *
 * @publicApi
 */
export interface IEventHandler<E extends object> {
  handle(event: E, context: MessageContext): PromiseLike<void> | void;
}

/** Options of a command handler. All but `transaction` are for queued commands, without an effect on sent ones. */
export interface RequestHandlerOptions {
  /**
   * Transaction around the handler, of the outbox's database: its effect, the record of the message, its outcome and
   * what it publishes commit together or not at all, so that a repeated message has one effect. `true`, or the database
   * that the handler uses, to be compared with the outbox's. Needs an outbox that opens transactions and a message of
   * QoS 1 or 2; otherwise the application does not start.
   * @defaultValue false
   */
  readonly transaction?: boolean | object;
  /**
   * Maximum number of queued commands that this handler processes at a time per node.
   * @defaultValue 16
   */
  readonly concurrency?: number;
  /**
   * Attempts before a queued command is dead-lettered.
   * @defaultValue `retry.maxAttempts` of the module
   */
  readonly maxAttempts?: number;
  /**
   * Delay between attempts of a queued command.
   * @defaultValue for each field that of `retry` of the module
   */
  readonly backoff?: HandlerBackoff;
  /**
   * What a dead letter means for the next queued commands of its key. `'continue'`: they are handled. `'hold-key'`: they wait until the letter is
   * dropped, or was redriven and its handler has succeeded; other keys go on. A command without a key holds back nothing.
   * @defaultValue 'continue'
   */
  readonly whenDead?: 'continue' | 'hold-key';
}

/** Options of an event handler's subscription. */
export interface EventHandlerOptions {
  /**
   * Transaction around the handler, of the outbox's database: its effect, the record of the message, its outcome and
   * what it publishes commit together or not at all, so that a repeated message has one effect. `true`, or the database
   * that the handler uses, to be compared with the outbox's. Needs an outbox that opens transactions and a message of
   * QoS 1 or 2; otherwise the application does not start.
   * @defaultValue false
   */
  readonly transaction?: boolean | object;
  /**
   * Name of the durable subscription. Keep it when the class is renamed.
   * @defaultValue the class name, followed by `.method` for a decorated method
   */
  readonly name?: string;
  /**
   * `'service'`: one node of each service gets an event. `'node'`: every node does.
   * @defaultValue 'service'
   */
  readonly scope?: 'service' | 'node';
  /**
   * Maximum number of reliable events that this handler processes at a time per node.
   * @defaultValue 16
   */
  readonly concurrency?: number;
  /**
   * Start position of a new durable subscription: events published from its first start on, or all events that the engine
   * retains. No effect on an existing subscription, nor on the memory engine, which does not retain events without a
   * subscription.
   * @defaultValue 'new'
   */
  readonly startFrom?: 'new' | 'beginning';
  /**
   * Attempts before a reliable event is dead-lettered.
   * @defaultValue `retry.maxAttempts` of the module
   */
  readonly maxAttempts?: number;
  /**
   * Delay between attempts of a reliable event.
   * @defaultValue for each field that of `retry` of the module
   */
  readonly backoff?: HandlerBackoff;
  /**
   * What a dead letter means for the next reliable events of its key. `'continue'`: they are handled. `'hold-key'`: they wait until the letter is
   * dropped, or was redriven and its handler has succeeded; other keys go on. An event without a key holds back nothing.
   * @defaultValue 'continue'
   */
  readonly whenDead?: 'continue' | 'hold-key';
}

/** Exponential backoff between the attempts of one handler. */
export interface HandlerBackoff {
  /** Delay after the first failure, in milliseconds. */
  readonly initialDelayMs?: number;
  /** Maximum delay, in milliseconds. */
  readonly maxDelayMs?: number;
  /** Factor between consecutive delays; 1 or more. */
  readonly multiplier?: number;
  /** Whether each delay is random between half of its value and all of it. */
  readonly jitter?: boolean;
}
