import type { MessageHeaders } from '../contracts/headers.js';

/** A header of stored commands whose outcome is to be recorded. Neither handlers nor readers of dead letters see it. */
export const KEEP_OUTCOME = 'catga-keep-outcome';

/** The headers that the sender gave. */
export function ownHeaders(headers: MessageHeaders): MessageHeaders {
  if (headers[KEEP_OUTCOME] === undefined) return headers;
  const { [KEEP_OUTCOME]: _kept, ...own } = headers;
  return own;
}
