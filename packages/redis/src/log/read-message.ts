import { StoredMessageCodec, toError } from '@catga/core/engine';
import type { LogSubscription, StoredMessage } from '@catga/core/engine';

const codec = new StoredMessageCodec();

/** An entry as a message; or as what is known of one that cannot be read, which the kernel puts aside. */
export function readMessage(
  bytes: Buffer,
  entry: string,
  { kind, names }: LogSubscription,
): { readonly message: StoredMessage; readonly problem: Error | undefined } {
  try {
    return { message: codec.decode(bytes), problem: undefined };
  } catch (thrown) {
    const messageId = `redis-${entry}`;
    const message: StoredMessage = {
      messageId,
      name: names[0] ?? '',
      kind,
      body: new Uint8Array(bytes),
      serializer: 'unknown',
      headers: {},
      key: undefined,
      correlationId: messageId,
      causationId: undefined,
      originNodeId: 'unknown',
      sentAtMs: Number.parseInt(entry, 10),
      history: [],
    };
    return { message, problem: toError(thrown) };
  }
}
