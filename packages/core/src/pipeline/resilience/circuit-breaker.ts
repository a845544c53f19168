import type { CallerPolicy } from '../../contracts/policy.js';
import { CatgaError, toError } from '../../errors/catga-error.js';
import { answeredAtOnce } from '../../errors/user-code.js';
import type { Clock } from '../../ports/clock.js';
import type { Call, CallStep, NextCall } from './call.js';
import { isCancellation } from './failures.js';
import { FailureWindow } from './failure-window.js';

type Options = Extract<CallerPolicy, { policy: 'circuitBreaker' }>['options'];

/** A time in which requests pass, told of how each of them ends. What ends after it says nothing of the next one. */
interface Phase {
  readonly succeeded: () => void;
  readonly failed: (thrown: unknown) => void;
}

/** Half-open state: a few trial requests, while all others are refused. */
interface Trial extends Phase {
  readonly sinceMs: number;
  begun: number;
}

/**
 * Circuit breaker of a request type: opens at the failure rate, and allows trial requests after `openMs`. It has no
 * timer: the next request triggers a due transition.
 */
export class CircuitBreaker implements CallStep {
  private closed: Phase | undefined;
  private trial: Trial | undefined;
  private openUntilMs = 0;

  constructor(
    private readonly options: Options,
    private readonly clock: Clock,
  ) {
    this.close();
  }

  run(call: Call, next: NextCall): Promise<unknown> {
    const phase = this.closed ?? this.tryOut();
    if (phase === undefined) return Promise.reject(this.refusal(call.name));
    const outcome = next(call);
    void outcome.then(phase.succeeded, phase.failed);
    return outcome;
  }

  private close(): void {
    const { failureRatio, minimumRequests, windowMs } = this.options;
    const window = new FailureWindow(windowMs);
    const ended = (hasFailed: boolean): void => {
      if (this.closed !== phase) return;
      window.add(this.clock.monotonicMs(), hasFailed);
      if (window.hasFailed(failureRatio, minimumRequests)) this.open();
    };
    const phase: Phase = {
      succeeded: () => ended(false),
      failed: (thrown) => {
        if (!isCancellation(thrown)) ended(this.isFailure(thrown));
      },
    };
    this.closed = phase;
    this.trial = undefined;
  }

  private open(): void {
    this.closed = undefined;
    this.trial = undefined;
    this.openUntilMs = this.clock.monotonicMs() + this.options.openMs;
  }

  /** Admits a trial request, if there is a free slot. */
  private tryOut(): Trial | undefined {
    const { openMs, halfOpenRequests } = this.options;
    const nowMs = this.clock.monotonicMs();
    if (this.trial === undefined) {
      if (nowMs < this.openUntilMs) return undefined;
      this.trial = this.newTrial(nowMs);
    } else if (this.trial.begun >= halfOpenRequests) {
      // Trials that never end would block all requests for ever.
      if (nowMs >= this.trial.sinceMs + openMs) this.open();
      return undefined;
    }
    this.trial.begun++;
    return this.trial;
  }

  private newTrial(sinceMs: number): Trial {
    let successes = 0;
    const succeeded = (): void => {
      if (this.trial === trial && ++successes >= this.options.halfOpenRequests) this.close();
    };
    const trial: Trial = {
      sinceMs,
      begun: 0,
      succeeded,
      failed: (thrown) => {
        if (this.trial !== trial) return;
        if (isCancellation(thrown)) trial.begun--;
        else if (this.isFailure(thrown)) this.open();
        else succeeded();
      },
    };
    return trial;
  }

  /** If the predicate throws, the error counts as a failure. */
  private isFailure(thrown: unknown): boolean {
    try {
      return answeredAtOnce('isFailure of circuitBreaker', this.options.isFailure(toError(thrown)));
    } catch {
      return true;
    }
  }

  private refusal(name: string): CatgaError {
    const waitMs = Math.ceil(this.openUntilMs - this.clock.monotonicMs());
    const isTried = waitMs <= 0;
    return new CatgaError(
      'CATGA_CIRCUIT_OPEN',
      isTried
        ? `${name} was not sent: too many failed, and others are on their way to see.`
        : `${name} was not sent: too many failed; some will be let through in ${waitMs} ms.`,
      { details: { name, ...(isTried ? {} : { retryAfterMs: waitMs }) } },
    );
  }
}
