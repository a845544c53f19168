import type { MessageHeaders } from '../contracts/headers.js';
import { REPLY_TO } from './reply-to.js';

/** A header of stored commands whose outcome is to be recorded. Neither handlers nor readers of dead letters see it. */
export const KEEP_OUTCOME = 'catga-keep-outcome';
/** A header of redriven messages: the batch that they were redriven in. Neither handlers nor readers of dead letters see it. */
export const REDRIVEN_IN = 'catga-redriven-in';

const MARKS = [KEEP_OUTCOME, REDRIVEN_IN, REPLY_TO];

/** The headers that the sender gave. */
export function ownHeaders(headers: MessageHeaders): MessageHeaders {
  if (!MARKS.some((mark) => headers[mark] !== undefined)) return headers;
  const { [KEEP_OUTCOME]: _kept, [REDRIVEN_IN]: _batch, [REPLY_TO]: _address, ...own } = headers;
  return own;
}
