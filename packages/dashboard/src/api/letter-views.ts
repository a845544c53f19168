import type { DeadLetter, DeadLetterFailure } from '@catga/core';
import { jsonOf } from './json-of.js';
import type { AttemptsView, ErrorView, LetterDetailView, LetterView } from './views.js';

export function letterView(letter: DeadLetter): LetterView {
  const { id, messageId, name, subscription, attempts, failedAt, nodeId, error } = letter;
  return {
    id,
    messageId,
    name,
    subscription,
    attempts,
    failedAt: failedAt.toISOString(),
    nodeId,
    error: errorView(error),
  };
}

/** @param letter the redacted letter @param stored the unredacted letter */
export function letterDetailView(
  letter: DeadLetter,
  stored: DeadLetter,
  traceUrl: string | undefined,
): LetterDetailView {
  const { kind, message, body, headers, key, correlationId, causationId, originNodeId, sentAt } = letter;
  const content = message === undefined ? undefined : jsonOf(message);
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(stored.headers['traceparent'] ?? '')?.[1];
  return {
    ...letterView(letter),
    kind,
    ...(content !== undefined && { content }),
    bytes: body.byteLength,
    isEditable: content !== undefined && content === jsonOf(stored.message) && isJsonObject(stored.message),
    headers: jsonOf(headers),
    ...(key !== undefined && { key }),
    ...(stored.holdsKey === true && { holdsKey: true as const }),
    correlationId,
    ...(causationId !== undefined && { causationId }),
    originNodeId,
    sentAt: sentAt.toISOString(),
    history: letter.history.map(attemptsView),
    ...(traceId !== undefined &&
      traceUrl !== undefined && { traceUrl: traceUrl.replaceAll('{traceId}', traceId) }),
  };
}

function errorView({ name, code, message }: ErrorView): ErrorView {
  return { name, ...(code !== undefined && { code }), message };
}

function attemptsView({ attempts, nodeId, leftOut, failedAt, error }: DeadLetterFailure): AttemptsView {
  return {
    attempts,
    nodeId,
    ...(leftOut !== undefined && { leftOut }),
    failedAt: failedAt.toISOString(),
    error: errorView(error),
  };
}

/** Whether a value survives JSON, so that edited content has the same types. */
function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isJson(value);
}

function isJson(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== 'object')
    return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return !isSpecial(value) && Object.values(value).every(isJson);
}

function isSpecial(value: object): boolean {
  return (
    value instanceof Date ||
    ArrayBuffer.isView(value) ||
    value instanceof Map ||
    value instanceof Set ||
    'toJSON' in value
  );
}
