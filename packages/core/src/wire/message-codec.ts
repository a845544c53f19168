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

/** Message received in a frame. */
interface FrameMessage {
  readonly headers?: MessageHeaders | undefined;
  readonly body: FrameBody;
}

/** Metadata of a message to store. */
export interface StoredMessageFacts {
  readonly messageId: string;
  readonly headers: MessageHeaders;
  readonly key: string | undefined;
  readonly correlationId: string;
  readonly causationId: string | undefined;
  readonly originNodeId: string;
  readonly sentAtMs: number;
}

/** History of a message that has not failed yet. */
const NO_HISTORY: LogMessage['history'] = Object.freeze([]);

/** Encodes a message for a durable log. Throws before anything is stored if it is too large or cannot be encoded. */
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

/** Decodes a stored message. `CATGA_SERIALIZATION` if it is not a message. */
export function fromStoredMessage(codec: Codec, type: MessageType, stored: LogMessage): object {
  return messageOf(type, codec.decode(type.name, stored.body, stored.serializer));
}

/**
 * Decodes the message of a frame. `CATGA_SERIALIZATION` if it is not a message, `CATGA_PAYLOAD_TOO_LARGE` if its body
 * or headers exceed this node's limits.
 */
export function messageFromRecord(codec: Codec, type: MessageType, { headers, body }: FrameMessage): object {
  if (headers !== undefined) checkHeaders(codec.limits, type.name, headers);
  return messageOf(type, codec.decodeBody(type.name, body));
}

/**
 * Encodes a message as bytes, or as text if the serializer supports text. `CATGA_SERIALIZATION` if no receiver could
 * read it, `CATGA_PAYLOAD_TOO_LARGE` if it is too large.
 */
export function encodeMessageBody(codec: Codec, type: MessageType, message: object): FrameBody {
  const body = codec.encodeBody(type.name, message);
  if (mayBecomeAnything(message)) checkSent(type, codec.decodeBody(type.name, body));
  return body;
}

/** Whether the message may be encoded as something other than its fields, so that the result must be checked. */
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

/** Whether the value is an object of fields, as opposed to text, an array, a date or another built-in. */
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

/** Instance of the message class, created without running its constructor. `CATGA_SERIALIZATION` if these are no fields. */
export function messageOf(type: Pick<MessageType, 'name' | 'target'>, fields: unknown): object {
  if (!isFields(fields)) {
    throw new CatgaError('CATGA_SERIALIZATION', `The body of ${type.name} is not an object.`, {
      details: { name: type.name },
    });
  }
  return madeOf(type.target.prototype as object, fields);
}
