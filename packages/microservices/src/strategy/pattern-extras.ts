import type { EventHandlerOptions, QualityOfService } from '@catga/nestjs';
import type { PatternOptions } from '../patterns/pattern-classes.js';

/**
 * Extras of `@MessagePattern(pattern, extras)` and `@EventPattern(pattern, extras)` for Catga. Other extras are ignored.
 *
 * @publicApi
 */
export interface CatgaPatternExtras extends Omit<EventHandlerOptions, 'transaction'> {
  /**
   * Delivery guarantee of the pattern's messages. An event of 1 or 2 is stored, and redelivered until its handlers succeed.
   * @defaultValue 1 for `@MessagePattern`, 0 for `@EventPattern`, or that of the class among `messages`
   */
  readonly qos?: QualityOfService;
  /** Timeout of the caller, or of one attempt of an event handler, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Message options among the extras. */
export function messageOptionsOf({ qos, timeoutMs }: CatgaPatternExtras): PatternOptions {
  return { ...(qos !== undefined && { qos }), ...(timeoutMs !== undefined && { timeoutMs }) };
}

/** Subscription options among the extras of an event; its name is the pattern by default. */
export function subscriptionOptionsOf(pattern: string, extras: CatgaPatternExtras): EventHandlerOptions {
  const { name = pattern, scope, concurrency, startFrom, maxAttempts, backoff, whenDead } = extras;
  const given = Object.entries({ scope, concurrency, startFrom, maxAttempts, backoff, whenDead });
  return { name, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}
