import { NO_HEADERS } from '../contracts/headers.js';
import type { MessageHeaders } from '../contracts/headers.js';
import type { MessageType } from '../contracts/message-type.js';
import { CatgaError } from '../errors/catga-error.js';
import type { StoredMessage } from '../ports/stored-message.js';
import type { Codec } from './codec.js';
import type { FrameBody } from './frame-records.js';
import { checkHeaders } from './limits.js';

/** A message that came in a frame. */
interface FrameMessage {
  readonly headers?: MessageHeaders | undefined;
  readonly body: FrameBody;
}

/** What is known of a message besides its content when it is stored. */
export interface StoredMessageFacts {
  readonly messageId: string;
  readonly headers: MessageHeaders;
  readonly key: string | undefined;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly originNodeId: string;
  readonly sentAtMs: number;
}

/** It has not failed anywhere. */
const NO_HISTORY: StoredMessage['history'] = Object.freeze([]);

/** Encodes a message for a durable log. Refuses what is too large or cannot be encoded, before anything is stored. */
export function toStoredMessage(
  codec: Codec,
  type: MessageType,
  message: object,
  facts: StoredMessageFacts,
): StoredMessage {
  if (facts.headers !== NO_HEADERS) checkHeaders(codec.limits, type.name, facts.headers);
  return {
    messageId: facts.messageId,
    name: type.name,
    kind: type.kind === 'event' ? 'event' : 'command',
    body: codec.encode(type.name, message),
    serializer: codec.serializer.name,
    headers: facts.headers,
    key: facts.key,
    correlationId: facts.correlationId,
    causationId: facts.causationId,
    originNodeId: facts.originNodeId,
    sentAtMs: facts.sentAtMs,
    history: NO_HISTORY,
  };
}

/** The message of a stored one. `CATGA_SERIALIZATION` if it is none. */
export function fromStoredMessage(codec: Codec, type: MessageType, stored: StoredMessage): object {
  return messageOf(type, codec.decode(type.name, stored.body, stored.serializer));
}

/**
 * The message of a frame. `CATGA_SERIALIZATION` if it is none, `CATGA_PAYLOAD_TOO_LARGE` if it or its headers are larger
 * than what this node takes.
 */
export function messageFromRecord(codec: Codec, type: MessageType, { headers, body }: FrameMessage): object {
  if (headers !== undefined) checkHeaders(codec.limits, type.name, headers);
  return messageOf(type, codec.decodeBody(type.name, body));
}

/** An instance of the message's class, made without running its constructor. */
function messageOf(type: MessageType, fields: unknown): object {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new CatgaError('CATGA_SERIALIZATION', `${type.name} is not an object on the wire.`, {
      details: { name: type.name },
    });
  }
  return Object.assign(Object.create(type.target.prototype as object) as object, fields);
}
