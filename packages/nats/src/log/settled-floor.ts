import type { AckFacts } from '../jetstream/ack-subject.js';

/** Where a message is in a stream, and when it came there. */
export type Place = Pick<AckFacts, 'sequence' | 'storedAtMs'>;

const NOWHERE: Place = { sequence: 0, storedAtMs: 0 };

/**
 * Up to where all messages of a lane are settled, as far as this node knows. A server that is killed while it writes down
 * how far a consumer is (nats-server empties that file before it fills it) begins anew with all that the stream has;
 * what is below the floor is then acknowledged again, and not handled.
 */
export class SettledFloor {
  private floor = NOWHERE;
  /** The furthest message that came. */
  private furthest = NOWHERE;

  /** The last message of which that is known: its number, and a time at which it had been stored. */
  get place(): Place {
    return this.floor;
  }

  /** Whether messages came that it does not have. */
  get isBehind(): boolean {
    return this.furthest.sequence > this.floor.sequence;
  }

  /** Whether a message that comes was settled before. */
  has({ sequence, storedAtMs }: Place): boolean {
    if (sequence <= this.floor.sequence) {
      if (storedAtMs <= this.floor.storedAtMs) return true;
      // It has an old number and was stored later: the stream was made anew, and nothing of it is settled.
      this.floor = this.furthest = NOWHERE;
    }
    if (sequence > this.furthest.sequence) this.furthest = { sequence, storedAtMs };
    return false;
  }

  /** One is settled, and with it all before it: so it is where the next one comes only when this one is settled. */
  passed({ sequence, storedAtMs }: Place): void {
    if (sequence > this.floor.sequence) this.floor = { sequence, storedAtMs };
  }

  /** The server says up to where all are acknowledged. Counts up to what came here, of which the time is known. */
  told(sequence: number): void {
    const { furthest } = this;
    this.passed({ sequence: Math.min(sequence, furthest.sequence), storedAtMs: furthest.storedAtMs });
  }
}
