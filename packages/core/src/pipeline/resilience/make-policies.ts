import type { Behavior } from '../../contracts/behavior.js';
import type { CallerPolicy, HandlerPolicy } from '../../contracts/policy.js';
import type { CallStep } from './call.js';
import type { Clock } from '../../ports/clock.js';
import type { Timetable } from '../../time/timetable.js';
import { BulkheadBehavior } from './bulkhead.behavior.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { RateLimitBehavior } from './rate-limit.behavior.js';
import { Retry } from './retry.js';
import type { RetryServices } from './retry.js';

/** A policy with a state of its own, for one handler and one type of message. */
export function makeHandlerPolicy(policy: HandlerPolicy, clock: Clock, timetable: Timetable): Behavior {
  switch (policy.policy) {
    case 'rateLimit':
      return new RateLimitBehavior(policy.options, clock);
    case 'bulkhead':
      return new BulkheadBehavior(policy.options, timetable);
  }
}

/** A policy with a state of its own, for the callers of one type of request. */
export function makeCallerPolicy(policy: CallerPolicy, services: RetryServices): CallStep {
  switch (policy.policy) {
    case 'retry':
      return new Retry(policy.options, services);
    case 'circuitBreaker':
      return new CircuitBreaker(policy.options, services.clock);
  }
}
