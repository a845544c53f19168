import { nextTurn } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';

const ACK = new TextEncoder().encode('+ACK');

/**
 * Acknowledgements without confirmation. Those of one turn of the event loop are written together at its end: single ones would cost more
 * than handling the message.
 */
export class TurnAcks {
  private replies: string[] = [];

  constructor(private readonly session: BrokerSession) {}

  /** @param reply acknowledgement subject of the delivery */
  add(reply: string): void {
    this.replies.push(reply);
    if (this.replies.length === 1) void nextTurn().then(() => this.write());
  }

  /** Writes the pending acknowledgements now. */
  write(): void {
    const { replies, session } = this;
    this.replies = [];
    // After the session is closed nothing can be sent; unacknowledged messages are redelivered.
    if (session.isClosed) return;
    for (const reply of replies) this.tell(reply);
  }

  private tell(reply: string): void {
    try {
      this.session.publish(reply, ACK);
    } catch {
      // The buffer is full: this acknowledgement is dropped, and its message is redelivered.
    }
  }
}
