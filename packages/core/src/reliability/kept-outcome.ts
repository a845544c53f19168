import type { MessageHeaders } from '../contracts/headers.js';
import { REPLY_TO } from './reply-to.js';

/** A header of stored commands whose outcome is to be recorded. Neither handlers nor readers of dead letters see it. */
export const KEEP_OUTCOME = 'catga-keep-outcome';
/** A header of redriven messages: the batch that they were redriven in. Neither handlers nor readers of dead letters see it. */
export const REDRIVEN_IN = 'catga-redriven-in';
/** The same of a command that was moved from a lane to the queue: which moving, so that its next place is no repetition of the first. */
export const RESCHEDULED = 'catga-rescheduled';
/** A header of the dead letter of a message that holds its key, and of its redriven copies: the id of that message. */
export const HOLDS_KEY = 'catga-holds-key';

const MARKS = [KEEP_OUTCOME, REDRIVEN_IN, REPLY_TO, RESCHEDULED, HOLDS_KEY];

/** The headers that the sender gave. */
export function ownHeaders(headers: MessageHeaders): MessageHeaders {
  if (!MARKS.some((mark) => headers[mark] !== undefined)) return headers;
  const {
    [KEEP_OUTCOME]: _kept,
    [REDRIVEN_IN]: _batch,
    [REPLY_TO]: _address,
    [RESCHEDULED]: _moved,
    [HOLDS_KEY]: _held,
    ...own
  } = headers;
  return own;
}
