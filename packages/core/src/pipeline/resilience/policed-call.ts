import type { SaidSendOptions } from '../../contracts/said-headers.js';
import type { Call } from './call.js';
import type { Clock } from '../../ports/clock.js';

/** What is said of one attempt at a request. */
export interface AttemptOptions extends SaidSendOptions {
  /** Which attempt of its caller this is; 1 unless it is sent again. */
  readonly attempt?: number;
}

/** A request under policies: each attempt is sent under the same id, and with no more time than is left. */
export class PolicedCall implements Call {
  attempt = 1;
  attemptTimeoutMs: number | undefined = undefined;
  readonly deadlineMs: number | undefined;

  constructor(
    readonly name: string,
    private readonly options: SaidSendOptions,
    /** What all attempts are known by; undefined if there is only one. */
    private readonly messageId: string | undefined,
    timeoutMs: number | undefined,
    private readonly clock: Clock,
    private readonly sendAttempt: (options: AttemptOptions) => Promise<unknown>,
  ) {
    this.deadlineMs = timeoutMs === undefined ? undefined : clock.monotonicMs() + timeoutMs;
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal;
  }

  send(): Promise<unknown> {
    const { signal, headers, key } = this.options;
    // Named one by one: spread, they would make a slow object of many shapes.
    return this.sendAttempt({
      messageId: this.messageId,
      timeoutMs: this.timeoutMs,
      signal,
      headers,
      key,
      attempt: this.attempt,
    });
  }

  private get timeoutMs(): number | undefined {
    const { attemptTimeoutMs, deadlineMs } = this;
    if (deadlineMs === undefined) return attemptTimeoutMs;
    const leftMs = deadlineMs - this.clock.monotonicMs();
    return Math.min(attemptTimeoutMs ?? leftMs, leftMs);
  }
}
