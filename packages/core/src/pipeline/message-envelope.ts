import type { Envelope, MessageKind } from '../contracts/envelope.js';
import { NO_HEADERS } from '../contracts/headers.js';
import type { MessageHeaders } from '../contracts/headers.js';
import type { MessageType } from '../contracts/message-type.js';
import type { QualityOfService } from '../contracts/quality-of-service.js';
import { CatgaError } from '../errors/catga-error.js';

/** What a sender may have said of a message; all of it is optional, and most messages have none of it. */
export interface MessageAttributes {
  readonly messageId?: string;
  /** Whether {@link messageId} was generated, on this node or another, rather than chosen by a caller. */
  readonly isIdMade?: boolean;
  readonly headers?: MessageHeaders;
  readonly key?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly originNodeId?: string;
  /** Whether somebody is told the outcome of this queued command. */
  readonly tellsOutcome?: boolean;
  /** When a message of a durable subscription was sent, by its sender's clock. */
  readonly sentAtMs?: number;
  /** 1 unless the message was delivered before. */
  readonly attempt?: number;
}

/** Nothing was said. */
export const NO_ATTRIBUTES: MessageAttributes = Object.freeze({});

/**
 * Refuses an id that says nothing, since every message without one would be a repetition of the first, and one that is
 * no text, such as a header that came twice.
 */
export function checkMessageId(name: string, messageId: string | undefined): void {
  if (messageId === undefined || (typeof messageId === 'string' && messageId !== '')) return;
  const isEmpty = messageId === '';
  throw new CatgaError(
    'CATGA_VALIDATION_FAILED',
    `messageId of ${name} is ${isEmpty ? 'empty' : 'not a string'}.`,
    {
      details: {
        name,
        issues: [{ path: 'messageId', message: isEmpty ? 'must not be empty' : 'must be text' }],
      },
    },
  );
}

/** Envelope of one delivery. Rarely used fields are computed on first use. */
export class MessageEnvelope implements Envelope {
  /** Refusal by a limit in the pipeline, before the handler ran. */
  refusal: CatgaError | undefined;
  private assignedId: string | undefined;

  constructor(
    public message: object,
    readonly type: MessageType,
    readonly handler: string,
    readonly attributes: MessageAttributes,
    private readonly newId: () => string,
  ) {
    this.assignedId = attributes.messageId;
  }

  get messageId(): string {
    return (this.assignedId ??= this.newId());
  }

  /** Whether the sender chose the id. */
  get hasIdOfCaller(): boolean {
    const { messageId, isIdMade } = this.attributes;
    return messageId !== undefined && isIdMade !== true;
  }

  get name(): string {
    return this.type.name;
  }

  get kind(): MessageKind {
    return this.type.kind;
  }

  get qos(): QualityOfService {
    return this.type.qos;
  }

  get headers(): MessageHeaders {
    return this.attributes.headers ?? NO_HEADERS;
  }

  get key(): string | undefined {
    return this.attributes.key ?? this.type.keyOf?.(this.message);
  }

  get correlationId(): string {
    return this.attributes.correlationId ?? this.messageId;
  }
}
