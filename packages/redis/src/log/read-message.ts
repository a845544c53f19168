import { readStoredMessage } from '@catga/core/engine';
import type { LogSubscription, ReadMessage } from '@catga/core/engine';

/** Decodes an entry. An unreadable one gets the id of its entry, which begins with the time. */
export function readMessage(
  bytes: Buffer,
  entry: string,
  { kind, names }: Pick<LogSubscription, 'kind' | 'names'>,
): ReadMessage {
  const sentAtMs = Number.parseInt(entry, 10);
  return readStoredMessage(bytes, { messageId: `redis-${entry}`, name: names[0] ?? '', kind, sentAtMs });
}
