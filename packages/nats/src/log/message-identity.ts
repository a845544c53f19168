import { createHash } from 'node:crypto';
import { joinedKey } from '@catga/core/engine';

/** What a header carries as it is, without being trimmed or broken. */
const PLAIN = /^[\x21-\x7e]{1,400}$/;

/**
 * What the server knows a repetition by: the name and the id, or their digest where a header cannot carry them. No name is
 * empty, so that none has a digest's beginning.
 */
export function messageIdentity(name: string, messageId: string): string {
  const both = joinedKey(name, messageId);
  if (PLAIN.test(both)) return both;
  return `~sha256~${createHash('sha256').update(both).digest('base64url')}`;
}
