import type { MessageHeaders } from '../contracts/headers.js';

/** A header of stored commands whose outcome is to be recorded. Neither handlers nor readers of dead letters see it. */
export const KEEP_OUTCOME = 'catga-keep-outcome';
/** A header of redriven messages: the batch that they were redriven in. Neither handlers nor readers of dead letters see it. */
export const REDRIVEN_IN = 'catga-redriven-in';

/** The headers that the sender gave. */
export function ownHeaders(headers: MessageHeaders): MessageHeaders {
  if (headers[KEEP_OUTCOME] === undefined && headers[REDRIVEN_IN] === undefined) return headers;
  const { [KEEP_OUTCOME]: _kept, [REDRIVEN_IN]: _batch, ...own } = headers;
  return own;
}
