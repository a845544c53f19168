import { createInbox } from '@nats-io/transport-node';
import type { BrokerSession } from '../connection/broker-session.js';
import type { ClientMessage, ClientSubscription } from '../connection/client-connection.js';
import { toJson } from '../jetstream/jetstream-api.js';
import { readAckSubject } from '../jetstream/ack-subject.js';
import type { AckFacts } from '../jetstream/ack-subject.js';

/** Kind of a lane of a queue: commands without a delay, delayed ones, redriven ones. */
export type LaneKind = 'plain' | 'delayed' | 'retry';

/** Callbacks of a lane. */
export interface LaneListener {
  received(lane: PullLane, message: ClientMessage, facts: AckFacts): void;
  /** A pull has ended; more may be requested. */
  ended(): void;
  /** The consumer is missing or was moved: nothing arrives until it is ensured again. */
  lost(): void;
}

/** Expiry of a pull, in milliseconds, which bounds how late a lost pull is detected. */
const PULL_LASTS_MS = 5000;
const NANOS = 1_000_000;
/** Tolerated lateness of a pull's end, in milliseconds. */
const GRACE_MS = 3000;
/** Status codes that end an unfilled pull: no messages, or expired (NATS ADR-13). */
const ENDS_A_PULL: ReadonlySet<number> = new Set([404, 408]);
const HEARTBEAT = 100;

interface Pull {
  readonly batch: number;
  readonly endsMs: number;
}

/**
 * One durable consumer, with the number of requested messages that have not arrived. The end of each pull is a sign of life: a pull that
 * does not end in time was lost with its server.
 */
export class PullLane {
  /** Number of requested messages that have not arrived. */
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
    /** Name of the consumer. */
    readonly consumer: string,
    readonly kind: LaneKind,
    inboxPrefix: string | undefined,
    private readonly listener: LaneListener,
  ) {
    this.inbox = `${createInbox(inboxPrefix)}.`;
    this.subscription = session.subscribe(`${this.inbox}*`, (message) => this.heard(message));
  }

  /** Requests more messages; while disconnected, after the reconnect. */
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

  /** Resets the requests, which the server has lost. */
  reset(): void {
    this.expected = 0;
    this.pulls.clear();
  }

  /** Whether a pull's end is overdue. */
  isSilent(nowMs: number): boolean {
    for (const { endsMs } of this.pulls.values()) return nowMs > endsMs + GRACE_MS;
    return false;
  }

  /** Stops pulling. Resolves once all sent messages have arrived. */
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
