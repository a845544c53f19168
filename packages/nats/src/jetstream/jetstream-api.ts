import type { Clock } from '@catga/core/engine';
import { jetStreamError, unavailable } from '../connection/broker-errors.js';
import type { JetStreamFailure } from '../connection/broker-errors.js';
import { isNobodyThere } from '../connection/broker-requests.js';
import type { BrokerRequests } from '../connection/broker-requests.js';
import type { ClientMessage } from '../connection/client-connection.js';

/** A JetStream reply, possibly an error. */
export type Answer<T> = T & { readonly error?: JetStreamFailure };

const FIRST_PAUSE_MS = 20;
const LAST_PAUSE_MS = 500;
/** Pause between two questions while servers elect a leader, or a leader catches up. */
const ELECTION_PAUSE_MS = 100;

/** Client of JetStream's wire API (NATS ADR-31, `$JS.API.>`), with retries while there are no responders. */
export class JetStreamApi {
  constructor(
    readonly requests: BrokerRequests,
    readonly clock: Clock,
    readonly timeoutMs: number,
    /** Whether existing streams keep their settings: for tools, which do not know the options of the nodes. */
    readonly leavesSettings = false,
  ) {}

  /**
   * Resolves with the reply, or with undefined for an error with one of the `expected` codes. Any other error
   * rejects.
   */
  async call<T>(
    subject: string,
    body: object,
    expected: readonly (number | undefined)[] = [],
  ): Promise<T | undefined> {
    const payload = toJson(body);
    const answer = await this.untilAnswered(() => this.requests.ask(`$JS.API.${subject}`, payload));
    const parsed = answer.json<Answer<T>>();
    const { error } = parsed;
    if (error === undefined) return parsed;
    if (expected.includes(error.err_code)) return undefined;
    throw jetStreamError(subject, error);
  }

  /** Sends a request; while there are no responders, calls `mend` and retries, until the timeout. */
  async untilAnswered(ask: () => Promise<ClientMessage>, mend?: () => Promise<void>): Promise<ClientMessage> {
    const deadlineMs = this.clock.monotonicMs() + this.timeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      const answer = await ask();
      if (!isNobodyThere(answer)) return answer;
      if (this.clock.monotonicMs() > deadlineMs) throw notThere();
      if (mend !== undefined) await mend();
      await this.pause(pauseMs);
    }
  }

  /** Asks until the answer is as wanted, or the time is over. Resolves with the last answer. */
  async askUntil<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean, withinMs: number): Promise<T> {
    const deadlineMs = this.clock.monotonicMs() + withinMs;
    for (;;) {
      const answer = await ask();
      if (isWanted(answer) || this.clock.monotonicMs() > deadlineMs) return answer;
      await this.pause(ELECTION_PAUSE_MS);
    }
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(delayMs, resolve));
  }
}

/** Error: no responders on JetStream's subjects. */
export function notThere(): Error {
  return unavailable(
    'JetStream does not reply; is it enabled? Start nats-server with JetStream: nats-server -js.',
  );
}

export function toJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
