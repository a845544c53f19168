import { nextTurn, Timetable } from '@catga/core/engine';
import type { Clock } from '@catga/core/engine';
import { createInbox } from '@nats-io/transport-node';
import { closedError, unavailable } from './broker-errors.js';
import type { BrokerSession } from './broker-session.js';
import type { ClientMessage, ClientSubscription } from './client-connection.js';
import type { EncodedHeaders } from './header-block.js';
import type { Refusal } from './refusals.js';

type Entry = ReturnType<Timetable['after']>;

interface Pending {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: EncodedHeaders | undefined;
  readonly deadline: Entry;
  readonly resolve: (answer: ClientMessage) => void;
  readonly reject: (error: Error) => void;
  /** Whether the session buffers it until the reconnect, so that it need not be re-sent then. */
  isKept: boolean;
  /** Time of the next retransmission. */
  againAtMs: number;
  /** Delay after that, in milliseconds. */
  pauseMs: number;
}

/**
 * Time without a reply before a request is re-sent, in milliseconds; doubles. Requests are lost silently during a leader election and
 * with a killed server; a record that is written late outlives its lease.
 */
const ASK_AGAIN_AFTER_MS = 1000;
/** Interval of the scan of unanswered requests, in milliseconds. */
const SWEEP_MS = 250;

/** Status of the server's "no responders" reply, for a subject without a subscriber. */
export const NO_RESPONDERS = 503;

/**
 * Requests to the broker over one reply subscription: a promise and a map entry per request, where the
 * client would create a subscription, a timer and two stack traces. Unanswered requests are re-sent after a reconnect
 * and after a delay, so they must be idempotent.
 */
export class BrokerRequests {
  private readonly pending = new Map<string, Pending>();
  private readonly timetable: Timetable;
  private readonly inbox: string;
  private readonly subscription: ClientSubscription;
  private readonly stopListening: (() => void)[];
  private readonly closeListeners = new Set<() => void>();
  private isClosed = false;
  private asked = 0;
  /** Scan of unanswered requests, while there are any. */
  private sweep: Entry | undefined;

  constructor(
    private readonly session: BrokerSession,
    private readonly clock: Clock,
    private readonly options: { readonly timeoutMs: number; readonly inboxPrefix: string | undefined },
  ) {
    this.timetable = new Timetable(clock);
    this.inbox = createInbox(options.inboxPrefix);
    this.subscription = session.subscribe(`${this.inbox}.*`, (message) => this.answered(message));
    this.stopListening = [
      session.onReturn(() => this.returned()),
      session.onRefusal((refusal) => this.refused(refusal)),
    ];
  }

  /**
   * Resolves with the reply, which may be "no responders". `CATGA_ENGINE_UNAVAILABLE` if none arrives in time or
   * the request cannot be sent.
   */
  ask(subject: string, payload: Uint8Array, headers?: EncodedHeaders): Promise<ClientMessage> {
    if (this.isClosed) return Promise.reject(closedError());
    const refusal = this.session.refusalOf(`${this.inbox}.*`);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const token = (this.asked++).toString(36);
      const deadline = this.timetable.after(this.options.timeoutMs, () =>
        this.take(token)?.reject(
          unavailable(`NATS did not reply within ${this.options.timeoutMs} ms to a request on ${subject}.`),
        ),
      );
      this.pending.set(token, {
        subject,
        payload,
        headers,
        deadline,
        resolve,
        reject,
        isKept: !this.session.isUp,
        againAtMs: this.clock.monotonicMs() + ASK_AGAIN_AFTER_MS,
        pauseMs: 2 * ASK_AGAIN_AFTER_MS,
      });
      this.sweep ??= this.sweepLater();
      try {
        // A request whose caller got a timeout must not take effect later.
        const delayed = (): Uint8Array | undefined => (this.pending.has(token) ? payload : undefined);
        this.session.publish(subject, payload, { reply: `${this.inbox}.${token}`, headers, delayed });
      } catch (thrown) {
        this.take(token);
        throw thrown;
      }
    });
  }

  /** Calls back when the requests are closed. Returns a function that stops. */
  onClose(listener: () => void): () => void {
    this.closeListeners.add(listener);
    return () => void this.closeListeners.delete(listener);
  }

  /** Rejects all unanswered requests. */
  close(): void {
    this.isClosed = true;
    for (const listener of this.closeListeners) listener();
    for (const stop of this.stopListening) stop();
    this.subscription.unsubscribe();
    for (const token of this.pending.keys()) this.take(token)?.reject(closedError());
    this.timetable.clear();
  }

  private answered(message: ClientMessage): void {
    const token = message.subject.slice(this.inbox.length + 1);
    this.take(token)?.resolve(message);
  }

  /** Rejects refused requests. The server reports refusals in order, one per request. */
  private refused({ operation, subject, error }: Refusal): void {
    const isDeaf = operation === 'subscribe' && subject === `${this.inbox}.*`;
    for (const [token, pending] of this.pending) {
      if (!isDeaf && (operation !== 'publish' || pending.subject !== subject)) continue;
      this.take(token)?.reject(error);
      if (!isDeaf) return;
    }
  }

  private take(token: string): Pending | undefined {
    const pending = this.pending.get(token);
    if (pending === undefined) return undefined;
    this.pending.delete(token);
    this.timetable.remove(pending.deadline);
    return pending;
  }

  private returned(): void {
    for (const [token, pending] of this.pending) {
      if (!pending.isKept) this.askAgain(token, pending);
      pending.isKept = false;
    }
  }

  private sweepLater(): Entry {
    return this.timetable.after(SWEEP_MS, () => {
      this.sweep = this.pending.size > 0 ? this.sweepLater() : undefined;
      // Replies that arrived while this process was busy are read first.
      if (this.session.isUp) void nextTurn().then(() => this.askUnansweredAgain());
    });
  }

  private askUnansweredAgain(): void {
    if (!this.session.isUp) return;
    const nowMs = this.clock.monotonicMs();
    for (const [token, pending] of this.pending) {
      if (pending.againAtMs > nowMs) continue;
      pending.againAtMs = nowMs + pending.pauseMs;
      pending.pauseMs *= 2;
      this.askAgain(token, pending);
    }
  }

  private askAgain(token: string, { subject, payload, headers }: Pending): void {
    try {
      this.session.publish(subject, payload, { reply: `${this.inbox}.${token}`, headers });
    } catch (thrown) {
      this.take(token)?.reject(unavailable('The connection to NATS refused a message.', thrown));
    }
  }
}

/** Whether a reply is "no responders". */
export function isNobodyThere({ headers, data }: ClientMessage): boolean {
  return headers !== undefined && data.byteLength === 0 && headers.code === NO_RESPONDERS;
}
