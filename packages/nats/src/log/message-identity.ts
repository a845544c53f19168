import { createHash } from 'node:crypto';

/** What a header carries as it is, without being trimmed or broken. */
const PLAIN = /^[\x21-\x7e]{1,200}$/;

/** What the server knows a repetition by: the name and the id, or their digest where a header cannot carry them. */
export function messageIdentity(name: string, messageId: string): string {
  if (PLAIN.test(name) && PLAIN.test(messageId)) return `${name} ${messageId}`;
  const both = JSON.stringify([name, messageId]);
  return `sha256 ${createHash('sha256').update(both).digest('base64url')}`;
}
