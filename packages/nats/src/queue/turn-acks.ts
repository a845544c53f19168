import { nextTurn } from '@catga/core/engine';
import type { BrokerSession } from '../connection/broker-session.js';

const ACK = new TextEncoder().encode('+ACK');

/**
 * Acknowledgements that nobody waits for. Those of one turn of the event loop are written at its end, in one packet:
 * each on its own costs more than the message's way through the node.
 */
export class TurnAcks {
  private replies: string[] = [];

  constructor(private readonly session: BrokerSession) {}

  /** @param reply the subject that the delivery is settled on */
  add(reply: string): void {
    this.replies.push(reply);
    if (this.replies.length === 1) void nextTurn().then(() => this.write());
  }

  /** Writes what there is, now. */
  write(): void {
    const { replies, session } = this;
    this.replies = [];
    // After the session was closed nothing can be told to the server, and what it was not told of comes again.
    if (session.isClosed) return;
    for (const reply of replies) this.tell(reply);
  }

  private tell(reply: string): void {
    try {
      this.session.publish(reply, ACK);
    } catch {
      // Too much waits for the broker already: this one is not told, and its message comes again.
    }
  }
}
