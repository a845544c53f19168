import { createHash } from 'node:crypto';

/** Ids that a header can carry unchanged; `~` is the prefix of a digest. */
const PLAIN = /^[\x21-\x7d][\x21-\x7e]{0,399}$/;

/** Maximum length of the result of {@link messageIdHeader}. */
export const LONGEST_MESSAGE_ID = 400;

/** Header by which the server deduplicates messages. */
export const MESSAGE_ID = 'Nats-Msg-Id';

/** Encodes an id for that header: unchanged, or as a digest if a header cannot carry it. Different ids have different results. */
export function messageIdHeader(id: string): string {
  if (PLAIN.test(id)) return id;
  return `~sha256~${createHash('sha256').update(id).digest('base64url')}`;
}
