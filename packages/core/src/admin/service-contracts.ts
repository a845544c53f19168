import type { MessageKind } from '../contracts/envelope.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';

/** A JSON Schema of draft 7, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * Contracts of a service, from its code: plain data, the same without a broker.
 *
 * @publicApi
 */
export interface ServiceContracts {
  readonly service: string;
  /** Name of its engine. */
  readonly engine: string;
  /** Name of its serializer. */
  readonly serializer: string;
  /** Messages by wire name. */
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
  /** Whether messages have a key, and are handled in order by key. */
  readonly isKeyed: boolean;
  /** Timeout of callers, or of one attempt of an event handler, in milliseconds; absent for none. */
  readonly timeoutMs?: number;
  /** Schema of the content; absent without a schema, or if it cannot be converted. */
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
  /** Scope of an event handler: one node of the service gets each event, or every node. */
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
  /** Maximum number of its messages that a node handles concurrently. */
  readonly concurrency: number;
  /** Attempts before a message becomes a dead letter. */
  readonly maxAttempts: number;
}
