import { isNativeError } from 'node:util/types';
import { CatgaError } from '@catga/core';

/** Error: the broker is unreachable, does not reply in time, or refuses writes at the moment. */
export function unavailable(what: string, cause?: unknown): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', what, { cause: withoutArguments(cause) });
}

/** Error: the connection is closed, by the node or permanently. */
export function closedError(): CatgaError {
  return unavailable('The connection to Redis is closed.');
}

/** Error: a message exceeds the size limit of the engine. */
export function tooLarge(what: string, bytes: number, maxBytes: number): CatgaError {
  return new CatgaError(
    'CATGA_PAYLOAD_TOO_LARGE',
    `${what} of ${bytes} bytes exceeds the ${maxBytes} bytes that the Redis engine accepts.`,
    { details: { bytes, maxBytes } },
  );
}

/** Error: the server has reached `maxmemory`. */
export function fullError(cause?: unknown): CatgaError {
  return new CatgaError('CATGA_OVERLOADED', 'Redis is full (maxmemory) and refuses writes.', {
    cause: withoutArguments(cause),
  });
}

/** Whether an error is a missing ACL permission, of a command or within a script. */
export function isRefusal(thrown: unknown): boolean {
  return /\bNOPERM\b|ACL failure in script|can't (run this command|access)/.test(wordsOf(thrown));
}

/** Error: the user's ACL does not permit a command, a key or a channel. */
function refusedError(thrown: unknown, subject: string | undefined): CatgaError {
  const on = subject === undefined ? '' : ` on '${subject}'`;
  return new CatgaError(
    'CATGA_ENGINE_UNAVAILABLE',
    `Redis does not permit this node's user what it needs${on}: ${wordsOf(thrown).replace(/\.?$/, '.')} Extend the user ` +
      'with ACL SETUSER (SECURITY.md has all that a namespace needs).',
    { details: { subject }, cause: withoutArguments(thrown) },
  );
}

/** Converts a client error to the error that callers get, with its key or channel if known. */
export function brokerError(thrown: unknown, subject?: string): CatgaError {
  if (thrown instanceof CatgaError) return thrown;
  const message = wordsOf(thrown);
  if (isRefusal(thrown)) return refusedError(thrown, subject);
  if (/\bOOM\b/.test(message)) return fullError(thrown);
  return unavailable(`Redis refused: ${message}`, thrown);
}

/** Whether the script is not in the server's cache: it was flushed, or this is another server. */
export function isUnknownScript(thrown: unknown): boolean {
  return wordsOf(thrown).startsWith('NOSCRIPT');
}

/** Whether the server has become a replica, unnoticed by the client. */
export function isReplica(thrown: unknown): boolean {
  return /\b(READONLY|MASTERDOWN)\b/.test(wordsOf(thrown));
}

/** Whether the group or its stream is missing: the server lost its data, or the subscription was dropped. */
export function isUnknownGroup(thrown: unknown): boolean {
  return /\bNOGROUP\b/.test(wordsOf(thrown)) || /\bNOGROUP\b/.test(wordsOf(causeOf(thrown)));
}

/** Whether a slot of a Redis Cluster is migrating, so that the server refused the command without running it. */
function isMigration(message: string): boolean {
  return /^(?:Too many Cluster redirections\. Last error: .*)?(?:TRYAGAIN|MOVED|ASK)\b/.test(message);
}

/**
 * Whether the client did not send a pipeline for one server of a Redis Cluster, because a slot has moved (ioredis' automatic pipelining,
 * `Pipeline.exec`).
 */
function isRegrouped(message: string): boolean {
  return message === 'All keys in the pipeline should belong to the same slots allocation group';
}

/** Whether a command may be repeated: the connection ended before the reply, there was no connection, or its slot is moving. */
export function isInterruption(thrown: unknown): boolean {
  if (!isNativeError(thrown)) return false;
  const { name, message } = thrown;
  return (
    isMigration(message) ||
    isRegrouped(message) ||
    name === 'AbortError' ||
    name === 'MaxRetriesPerRequestError' ||
    message === 'Connection is closed.' ||
    message.endsWith('enableOfflineQueue options is false')
  );
}

/** Client errors contain the command's arguments, such as passwords and payloads; only the message is kept. */
export function withoutArguments(thrown: unknown): Error | undefined {
  if (thrown === undefined) return undefined;
  const error = new Error(wordsOf(thrown));
  if (isNativeError(thrown)) error.name = thrown.name;
  return error;
}

function causeOf(thrown: unknown): unknown {
  return isNativeError(thrown) ? thrown.cause : undefined;
}

/** First line of an error's message. Socket errors may come from another realm. */
export function wordsOf(thrown: unknown): string {
  const [line = ''] = isNativeError(thrown) ? thrown.message.split('\n') : [];
  return line || 'for an unknown reason';
}
