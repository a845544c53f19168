import type { DeadLetter } from '../contracts/dead-letter.js';
import { recordOf } from '../errors/error-record.js';
import { joinedKey } from '../ids/joined-key.js';
import type { StoredDeadLetter } from '../ports/dead-letter-store.js';
import type { LogDelivery } from '../ports/durable-log.js';
import { bodyBytes } from '../wire/codec.js';
import { boundedHistory, seriesIn } from './dead-letter-history.js';
import { HOLDS_KEY, REDRIVEN_IN, ownHeaders } from './kept-outcome.js';

/**
 * Dead letter of a delivery. Its id is built from the message's name and id, the subscription, and the
 * number of the series: the same if it is written again, and different for the series after
 * a redrive, which may fail before the redriven letter is removed. An unreadable message has an empty name. That of a letter that
 * holds a key ends in a mark.
 */
export function deadLetterOf(
  { message, attempt, problem }: LogDelivery,
  subscription: string,
  error: Error,
  nodeId: string,
  nowMs: number,
): StoredDeadLetter {
  const { name, messageId } = message;
  const series = seriesIn(message.history) + 1;
  const { history, failure } = boundedHistory(message.history, {
    error: recordOf(error),
    attempts: attempt,
    nodeId,
    failedAt: new Date(nowMs),
  });
  const parts = [problem === undefined ? name : '', messageId, subscription, String(series)];
  return {
    id: joinedKey(...parts, ...(message.headers[HOLDS_KEY] === undefined ? [] : [HOLDING])),
    subscription,
    stored: { ...message, history, body: bodyBytes(message.body) },
    failure,
  };
}

/** Last part of the id of a letter that holds a key; that of others is a number. */
const HOLDING = 'key';

/** Whether a letter holds a key. */
export function isHolding(letterId: string): boolean {
  return letterId.endsWith(`~${HOLDING}`);
}

/** Public view of a stored dead letter. */
export function describeDeadLetter(letter: StoredDeadLetter, decoded: unknown): DeadLetter {
  const { stored, failure } = letter;
  const redrivenIn = stored.headers[REDRIVEN_IN];
  const described: DeadLetter = {
    id: letter.id,
    subscription: letter.subscription,
    messageId: stored.messageId,
    name: stored.name,
    kind: stored.kind,
    message: decoded,
    body: stored.body,
    headers: ownHeaders(stored.headers),
    key: stored.key,
    correlationId: stored.correlationId,
    causationId: stored.causationId,
    originNodeId: stored.originNodeId,
    sentAt: new Date(stored.sentAtMs),
    history: stored.history,
    ...(redrivenIn !== undefined && { redrivenIn }),
    ...(stored.headers[HOLDS_KEY] !== undefined && { holdsKey: true as const }),
    ...failure,
  };
  // In JSON, an array of bytes would be an object of numbers.
  const toJSON = (): object => ({ ...described, body: Buffer.from(stored.body).toString('base64') });
  return Object.defineProperty(described, 'toJSON', { value: toJSON });
}
