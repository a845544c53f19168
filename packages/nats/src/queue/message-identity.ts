import { joinedKey } from '@catga/core/engine';
import { messageIdHeader } from '../jetstream/message-id-header.js';

/** Deduplication identity of a message: name and id. */
export function messageIdentity(name: string, messageId: string): string {
  return messageIdHeader(joinedKey(name, messageId));
}
