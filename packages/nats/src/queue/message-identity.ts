import { joinedKey } from '@catga/core/engine';
import { messageIdHeader } from '../jetstream/message-id-header.js';

/** What the server knows a repetition by: the name and the id. */
export function messageIdentity(name: string, messageId: string): string {
  return messageIdHeader(joinedKey(name, messageId));
}
