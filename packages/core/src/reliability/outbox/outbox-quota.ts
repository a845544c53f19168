import { CatgaError } from '../../errors/catga-error.js';
import type { OutboxMessage } from '../../ports/outbox-store.js';

/** How much an outbox holds. */
export interface OutboxLimits {
  /** Messages, parked ones included. */
  readonly maxMessages: number;
  /** Bodies and headers of all messages, in bytes. */
  readonly maxBytes: number;
}

/** What a message counts for in {@link OutboxLimits.maxBytes}: its body and headers. */
export function outboxBytes({ message }: OutboxMessage): number {
  let bytes = message.body.byteLength;
  for (const [name, value] of Object.entries(message.headers))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}

/** Keeps an outbox within its limits. Room is taken before anything is written, and given back if that fails. */
export class OutboxQuota {
  private messages = 0;
  private bytes = 0;

  constructor(private readonly limits: OutboxLimits) {}

  /** For all of them, each of so many bytes, or for none. Throws `CATGA_OVERLOADED`. */
  take(sizes: readonly number[]): void {
    const { messages, bytes, limits } = this;
    for (const size of sizes) this.occupy(size);
    if (this.messages <= limits.maxMessages && this.bytes <= limits.maxBytes) return;
    for (const size of sizes) this.giveBack(size);
    throw new CatgaError(
      'CATGA_OVERLOADED',
      `The outbox holds ${messages} messages (at most ${limits.maxMessages}) of ${bytes} bytes (at most ${limits.maxBytes}).`,
      { details: { messages, bytes, ...limits } },
    );
  }

  /** For a message that is there already, whatever the limits. */
  occupy(bytes: number): void {
    this.messages += 1;
    this.bytes += bytes;
  }

  /** A message is gone. */
  giveBack(bytes: number): void {
    this.messages -= 1;
    this.bytes -= bytes;
  }
}
