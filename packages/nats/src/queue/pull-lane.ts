import { createInbox } from '@nats-io/transport-node';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage, ClientSubscription } from '../connection/client-connection.js';
import { toJson } from '../jetstream/jetstream-api.js';
import { readAckSubject } from '../jetstream/ack-subject.js';
import type { AckFacts } from '../jetstream/ack-subject.js';

/** What a lane of a queue is for: commands that run as soon as they can, those that wait for their time, redriven ones. */
export type LaneKind = 'plain' | 'delayed' | 'retry';

/** What a lane tells its subscription. */
export interface LaneListener {
  received(lane: PullLane, message: ClientMessage, facts: AckFacts): void;
  /** A pull has ended; more may be asked for. */
  ended(): void;
  /** The server no longer knows the consumer, or serves it elsewhere: nothing comes until it is made sure of. */
  lost(): void;
}

/** For how long the server remembers that messages are wanted, in milliseconds: how soon a lost pull is noticed. */
const PULL_LASTS_MS = 5000;
const NANOS = 1_000_000;
/** How much later than it should a pull's end may be told. */
const GRACE_MS = 3000;
/** The server says so when a pull ends before it is filled: nothing there, or time is up (NATS ADR-13). */
const ENDS_A_PULL: ReadonlySet<number> = new Set([404, 408]);
const HEARTBEAT = 100;

interface Pull {
  readonly batch: number;
  readonly endsMs: number;
}

/**
 * One durable consumer, and how many messages were asked of it that have not come. The end of each pull is its sign of
 * life: one that does not end in time was lost with the server that had it.
 */
export class PullLane {
  /** How many messages are asked for and have not come. */
  expected = 0;
  private readonly pulls = new Map<string, Pull>();
  private readonly inbox: string;
  private readonly subscription: ClientSubscription;
  private asked = 0;
  private isStopped = false;

  constructor(
    private readonly session: BrokerSession,
    private readonly monotonicMs: () => number,
    /** `<stream>.<consumer>`. */
    readonly path: string,
    /** The name of the consumer. */
    readonly consumer: string,
    readonly kind: LaneKind,
    inboxPrefix: string | undefined,
    private readonly listener: LaneListener,
  ) {
    this.inbox = `${createInbox(inboxPrefix)}.`;
    this.subscription = session.subscribe(`${this.inbox}*`, (message) => this.heard(message));
  }

  /** Asks for so many more. What cannot be asked now is asked when the broker is back. */
  pull(batch: number): void {
    if (this.isStopped || !this.session.isUp) return;
    const token = (this.asked++).toString(36);
    const request = toJson({ batch, expires: PULL_LASTS_MS * NANOS });
    try {
      this.session.publish(`$JS.API.CONSUMER.MSG.NEXT.${this.path}`, request, { reply: this.inbox + token });
    } catch {
      return; // Closed, which ends the lane too.
    }
    this.pulls.set(token, { batch, endsMs: this.monotonicMs() + PULL_LASTS_MS });
    this.expected += batch;
  }

  /** Forgets what was asked for: the server has. */
  reset(): void {
    this.expected = 0;
    this.pulls.clear();
  }

  /** Whether a pull's end is overdue. */
  isSilent(nowMs: number): boolean {
    for (const { endsMs } of this.pulls.values()) return nowMs > endsMs + GRACE_MS;
    return false;
  }

  /** Asks for nothing more. Resolves once all that the server had sent has come. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.subscription.drain();
  }

  private heard(message: ClientMessage): void {
    const facts = readAckSubject(message.reply);
    if (facts === undefined) return this.status(message);
    if (this.expected > 0 && --this.expected === 0) this.pulls.clear();
    this.listener.received(this, message, facts);
  }

  private status({ subject, headers }: ClientMessage): void {
    const code = headers?.code ?? 0;
    if (code === HEARTBEAT || this.isStopped) return;
    const token = subject.slice(this.inbox.length);
    const pull = this.pulls.get(token);
    if (pull === undefined) return;
    this.pulls.delete(token);
    const told = headers?.get('Nats-Pending-Messages') ?? '';
    const unfilled = told === '' ? pull.batch : Number(told);
    this.expected = this.pulls.size === 0 ? 0 : Math.max(0, this.expected - unfilled);
    if (ENDS_A_PULL.has(code)) this.listener.ended();
    else this.listener.lost();
  }
}
