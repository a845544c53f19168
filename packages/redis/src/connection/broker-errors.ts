import { isNativeError } from 'node:util/types';
import { CatgaError } from '@catga/core';

/** The broker cannot be reached, does not answer in time, or takes nothing at the moment. */
export function unavailable(what: string, cause?: unknown): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', what, { cause: withoutArguments(cause) });
}

/** The connection is closed, by the node or for good. */
export function closedError(): CatgaError {
  return unavailable('The connection to Redis is closed.');
}

/** A message is larger than what is sent through Redis. */
export function tooLarge(what: string, bytes: number, maxBytes: number): CatgaError {
  return new CatgaError(
    'CATGA_PAYLOAD_TOO_LARGE',
    `${what} of ${bytes} bytes exceeds the ${maxBytes} bytes that the Redis engine accepts.`,
    { details: { bytes, maxBytes } },
  );
}

/** The server is at `maxmemory`. */
export function fullError(cause?: unknown): CatgaError {
  return new CatgaError('CATGA_OVERLOADED', 'Redis is full (maxmemory) and refuses writes.', {
    cause: withoutArguments(cause),
  });
}

/** Whether the user's ACL does not cover what was asked, by a command or within a script. */
export function isRefusal(thrown: unknown): boolean {
  return /\bNOPERM\b|ACL failure in script|can't (run this command|access)/.test(wordsOf(thrown));
}

/** The user's ACL does not cover a command, a key or a channel. */
function refusedError(thrown: unknown, subject: string | undefined): CatgaError {
  const on = subject === undefined ? '' : ` on '${subject}'`;
  return new CatgaError(
    'CATGA_ENGINE_UNAVAILABLE',
    `Redis does not permit this node's user what it needs${on}: ${wordsOf(thrown).replace(/\.?$/, '.')} Extend the user ` +
      'with ACL SETUSER (SECURITY.md has all that a namespace needs).',
    { details: { subject }, cause: withoutArguments(thrown) },
  );
}

/** What an error of the client means to whoever asked; with the key or channel that it was about, if that is known. */
export function brokerError(thrown: unknown, subject?: string): CatgaError {
  if (thrown instanceof CatgaError) return thrown;
  const message = wordsOf(thrown);
  if (isRefusal(thrown)) return refusedError(thrown, subject);
  if (/\bOOM\b/.test(message)) return fullError(thrown);
  return unavailable(`Redis refused: ${message}`, thrown);
}

/** The script is not in the server's cache: it was flushed, or this is another server. */
export function isUnknownScript(thrown: unknown): boolean {
  return wordsOf(thrown).startsWith('NOSCRIPT');
}

/** The server became a replica, which may have no primary, and its client has not noticed. */
export function isReplica(thrown: unknown): boolean {
  return /\b(READONLY|MASTERDOWN)\b/.test(wordsOf(thrown));
}

/** The group or its stream is not there: the server lost what it stored, or the subscription was dropped. */
export function isUnknownGroup(thrown: unknown): boolean {
  return /\bNOGROUP\b/.test(wordsOf(thrown)) || /\bNOGROUP\b/.test(wordsOf(causeOf(thrown)));
}

/** The connection ended before the answer came, so that what was asked may have happened; or there was none. */
export function isInterruption(thrown: unknown): boolean {
  if (!isNativeError(thrown)) return false;
  const { name, message } = thrown;
  return (
    name === 'AbortError' ||
    name === 'MaxRetriesPerRequestError' ||
    message === 'Connection is closed.' ||
    message.endsWith('enableOfflineQueue options is false')
  );
}

/** Errors of the client carry the arguments of the command: passwords, payloads. Only its words are kept. */
export function withoutArguments(thrown: unknown): Error | undefined {
  if (thrown === undefined) return undefined;
  const error = new Error(wordsOf(thrown));
  if (isNativeError(thrown)) error.name = thrown.name;
  return error;
}

function causeOf(thrown: unknown): unknown {
  return isNativeError(thrown) ? thrown.cause : undefined;
}

/** The first line that an error says. Those of sockets need not be made by this realm's Error. */
export function wordsOf(thrown: unknown): string {
  const [line = ''] = isNativeError(thrown) ? thrown.message.split('\n') : [];
  return line || 'for a reason that is not known';
}
