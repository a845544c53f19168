import type { CallerPolicy } from '../../contracts/policy.js';
import { toError } from '../../errors/catga-error.js';
import { cancelledError } from '../../errors/message-errors.js';
import { answeredAtOnce } from '../../errors/user-code.js';
import type { Clock } from '../../ports/clock.js';
import { retryDelayMs } from '../../reliability/retry-policy.js';
import type { Timetable } from '../../time/timetable.js';
import type { Call, CallStep, NextCall } from './call.js';
import { retryAfterMsOf } from './failures.js';
import { onAbort } from '../../time/abort-listeners.js';
import type { WaitingCaller, WaitingCallers } from '../patient-wait.js';

/** Dependencies of the wait between attempts. */
export interface RetryServices {
  readonly clock: Clock;
  readonly timetable: Timetable;
  /** Told by a node that stops. */
  readonly waiting: WaitingCallers;
}

/** Re-sends a request after retryable failures, within its caller's timeout. */
export class Retry implements CallStep {
  constructor(
    private readonly options: Extract<CallerPolicy, { policy: 'retry' }>['options'],
    private readonly services: RetryServices,
  ) {}

  run(call: Call, next: NextCall): Promise<unknown> {
    call.attemptTimeoutMs = this.options.attemptTimeoutMs;
    return next(call).then(undefined, (thrown: unknown) => this.repeat(call, next, thrown));
  }

  private async repeat(call: Call, next: NextCall, thrown: unknown): Promise<unknown> {
    let failure = thrown;
    for (;;) {
      const delayMs = this.delayMs(call, toError(failure));
      if (delayMs === undefined) throw failure;
      await this.pause(call, delayMs);
      call.attempt++;
      try {
        return await next(call);
      } catch (again) {
        failure = again;
      }
    }
  }

  /** Delay before the next attempt; undefined without a further attempt. */
  private delayMs(call: Call, error: Error): number | undefined {
    const { options } = this;
    if (call.attempt >= options.maxAttempts || call.signal?.aborted === true) return undefined;
    if (!answeredAtOnce(`retryIf of retry for ${call.name}`, options.retryIf(error))) return undefined;
    const afterMs = retryAfterMsOf(error);
    if (afterMs > options.maxDelayMs) return undefined;
    // After what the error asks for, not instead of it: all who were refused together would come back together.
    const delayMs = afterMs + retryDelayMs(options, call.attempt);
    const { deadlineMs } = call;
    const isInTime = deadlineMs === undefined || this.services.clock.monotonicMs() + delayMs < deadlineMs;
    return isInTime ? delayMs : undefined;
  }

  /** Waits; rejects at once when the caller cancels or the node stops. */
  private pause({ name, signal }: Call, delayMs: number): Promise<void> {
    const { timetable, waiting } = this.services;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        timetable.remove(entry);
        waiting.delete(caller);
        stopListening?.();
      };
      const caller: WaitingCaller = {
        place: -1,
        giveUp(reason) {
          settle();
          reject(reason);
        },
      };
      const entry = timetable.after(delayMs, () => {
        settle();
        resolve();
      });
      waiting.add(caller);
      const stopListening = signal && onAbort(signal, () => caller.giveUp(cancelledError(name, signal)));
    });
  }
}
