import { types } from 'node:util';
import { NO_HEADERS } from '../contracts/headers.js';
import { madeOf } from '../contracts/made-of.js';
import type { MessageHeaders } from '../contracts/headers.js';
import type { MessageType } from '../contracts/message-type.js';
import { CatgaError } from '../errors/catga-error.js';
import type { LogMessage } from '../ports/stored-message.js';
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
const NO_HISTORY: LogMessage['history'] = Object.freeze([]);

/** Encodes a message for a durable log. Refuses what is too large or cannot be encoded, before anything is stored. */
export function toStoredMessage(
  codec: Codec,
  type: MessageType,
  message: object,
  facts: StoredMessageFacts,
): LogMessage {
  if (facts.headers !== NO_HEADERS) checkHeaders(codec.limits, type.name, facts.headers);
  return {
    messageId: facts.messageId,
    name: type.name,
    kind: type.kind === 'event' ? 'event' : 'command',
    body: encodeMessageBody(codec, type, message),
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
export function fromStoredMessage(codec: Codec, type: MessageType, stored: LogMessage): object {
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

/**
 * A message as bytes, or as text where the serializer makes text. `CATGA_SERIALIZATION` for one that no receiver could
 * read, `CATGA_PAYLOAD_TOO_LARGE` for one that is too large.
 */
export function encodeMessageBody(codec: Codec, type: MessageType, message: object): FrameBody {
  const body = codec.encodeBody(type.name, message);
  if (mayBecomeAnything(message)) checkSent(type, codec.decodeBody(type.name, body));
  return body;
}

/** Whether it may be encoded as something else than its fields, so that it is worth a second look. */
function mayBecomeAnything(message: object): boolean {
  return (
    typeof (message as { readonly toJSON?: unknown }).toJSON === 'function' ||
    Array.isArray(message) ||
    ArrayBuffer.isView(message) ||
    types.isBoxedPrimitive(message)
  );
}

function checkSent(type: MessageType, decoded: unknown): void {
  if (isFields(decoded)) return;
  const { name } = type;
  const kind = decoded === null ? 'null' : Array.isArray(decoded) ? 'a list' : `a ${typeof decoded}`;
  throw new CatgaError(
    'CATGA_SERIALIZATION',
    `${name} cannot be sent: it becomes ${kind} instead of an object with its fields; look at its toJSON.`,
    { details: { name } },
  );
}

/** Fields of a message, as opposed to text, a list, a moment or anything else that is no object of fields. */
function isFields(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !types.isDate(value) &&
    !types.isMap(value) &&
    !types.isSet(value)
  );
}

/** An instance of the message's class, made without running its constructor. */
function messageOf(type: MessageType, fields: unknown): object {
  if (!isFields(fields)) {
    throw new CatgaError('CATGA_SERIALIZATION', `The body of ${type.name} is not an object.`, {
      details: { name: type.name },
    });
  }
  return madeOf(type.target.prototype as object, fields);
}
