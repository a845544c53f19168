import { CatgaError } from '../../errors/catga-error.js';
import type { OutboxMessage } from '../../ports/outbox-store.js';

/** How much an outbox holds. */
export interface OutboxLimits {
  /** Messages, parked ones included. */
  readonly maxMessages: number;
  /** Bodies and headers of all messages, in bytes. */
  readonly maxBytes: number;
}

/** Keeps an outbox within its limits. Room is taken before anything is written, and given back if that fails. */
export class OutboxQuota {
  private messages = 0;
  private bytes = 0;

  constructor(private readonly limits: OutboxLimits) {}

  /** For all of them or for none. Throws `CATGA_OVERLOADED`. */
  take(added: readonly OutboxMessage[]): void {
    const { messages, bytes, limits } = this;
    this.occupy(added);
    if (this.messages <= limits.maxMessages && this.bytes <= limits.maxBytes) return;
    this.giveBack(added);
    throw new CatgaError(
      'CATGA_OVERLOADED',
      `The outbox holds ${messages} messages (at most ${limits.maxMessages}) of ${bytes} bytes (at most ${limits.maxBytes}).`,
      { details: { messages, bytes, ...limits } },
    );
  }

  /** For what is there already, however much it is. */
  occupy(present: readonly OutboxMessage[]): void {
    this.messages += present.length;
    this.bytes += bytesOf(present);
  }

  giveBack(removed: readonly OutboxMessage[]): void {
    this.messages -= removed.length;
    this.bytes -= bytesOf(removed);
  }
}

function bytesOf(messages: readonly OutboxMessage[]): number {
  let bytes = 0;
  for (const { message } of messages) {
    bytes += message.body.byteLength;
    for (const [name, value] of Object.entries(message.headers))
      bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
}
