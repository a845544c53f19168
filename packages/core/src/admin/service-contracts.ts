import type { MessageKind } from '../contracts/envelope.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';

/** A JSON Schema of draft 7, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What a service handles, as its code says: plain data, and the same without a broker.
 *
 * @publicApi
 */
export interface ServiceContracts {
  readonly service: string;
  /** Name of its engine. */
  readonly engine: string;
  /** Name of its serializer. */
  readonly serializer: string;
  /** By wire name. */
  readonly messages: readonly MessageContract[];
}

/**
 * A message that a service handles.
 *
 * @publicApi
 */
export interface MessageContract {
  /** Wire name. */
  readonly name: string;
  readonly kind: MessageKind;
  readonly qos: QualityOfService;
  /** Whether messages have a key, by which they are handled in order. */
  readonly isKeyed: boolean;
  /** Timeout of callers, or of one attempt of an event handler, in milliseconds; absent for none. */
  readonly timeoutMs?: number;
  /** What senders may send; absent if the message has no schema, or one that cannot be converted. */
  readonly schema?: JsonSchema;
  /** Why the schema cannot be converted. */
  readonly schemaProblem?: string;
  /** Wire names of the errors that callers catch by class. */
  readonly errors: readonly string[];
  readonly handlers: readonly HandlerContract[];
}

/**
 * A handler of a message.
 *
 * @publicApi
 */
export interface HandlerContract {
  readonly name: string;
  /** Of events: whether one node of the service gets one, or each. */
  readonly scope?: 'service' | 'node';
  /** Its durable subscription, or the queue of the command. */
  readonly subscription?: SubscriptionContract;
}

/**
 * A durable subscription or the queue of a command.
 *
 * @publicApi
 */
export interface SubscriptionContract {
  readonly id: string;
  /** Maximum number of its messages that a node handles at a time. */
  readonly concurrency: number;
  /** Attempts before a message becomes a dead letter. */
  readonly maxAttempts: number;
}
