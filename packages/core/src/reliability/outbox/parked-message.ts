import type { DeadLetterFailure } from '../../contracts/dead-letter.js';
import { codeOf, recordOf } from '../../errors/error-record.js';
import type { UnsentEntry } from './send-in-order.js';

/** What is kept of why an entry was set aside. */
export function parkingFailure(
  { error }: UnsentEntry,
  attempts: number,
  nodeId: string,
  nowMs: number,
): DeadLetterFailure {
  return {
    error: recordOf(error),
    attempts,
    nodeId,
    failedAt: new Date(nowMs),
  };
}

/** What an operator is told of it: the code of what the engine said, and where the message is. */
export function parkedError({ entry: { id, message }, error }: UnsentEntry): Error {
  const { name, messageId } = message;
  const text = `${name} ${messageId} cannot be sent and is parked in the outbox as '${id}': ${recordOf(error).message}`;
  return Object.assign(new Error(text, { cause: error }), codeOf(error));
}
