import type { MessageHeaders } from '../contracts/headers.js';

/** A header of stored commands whose outcome is to be recorded. Handlers do not see it. */
export const KEEP_OUTCOME = 'catga-keep-outcome';

/** The headers that the sender gave. */
export function ownHeaders({ [KEEP_OUTCOME]: _kept, ...own }: MessageHeaders): MessageHeaders {
  return own;
}
