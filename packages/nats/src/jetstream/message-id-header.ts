import { createHash } from 'node:crypto';

/** What a header carries as it is, without being trimmed or broken; a `~` begins a digest. */
const PLAIN = /^[\x21-\x7d][\x21-\x7e]{0,399}$/;

/** The most characters that {@link messageIdHeader} returns. */
export const LONGEST_MESSAGE_ID = 400;

/** The header by which the server knows a repetition. */
export const MESSAGE_ID = 'Nats-Msg-Id';

/** An id as that header carries it: as it is, or its digest where a header cannot carry it. No two ids have one form. */
export function messageIdHeader(id: string): string {
  if (PLAIN.test(id)) return id;
  return `~sha256~${createHash('sha256').update(id).digest('base64url')}`;
}
