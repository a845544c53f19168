import { LRUCache } from 'lru-cache';
import type { Behavior, Next } from '../../contracts/behavior.js';
import type { Envelope } from '../../contracts/envelope.js';
import type { CacheOptions } from '../../contracts/message.js';
import type { MessageContext } from '../../contracts/message-context.js';
import { answeredAtOnce } from '../../errors/user-code.js';
import type { Clock } from '../../ports/clock.js';
import { CatgaError } from '../../errors/catga-error.js';
import { LocalView } from '../../wire/content-text.js';
import { contentOf } from '../../wire/fingerprint.js';

/** A cached or pending result. */
interface Run {
  readonly result: Promise<unknown>;
  /** Signal of its first caller, while pending. */
  context: MessageContext | undefined;
}

/**
 * Query cache. Concurrent queries with the same key share one run;
 * failures are not cached. All callers get the same object: treat it as read-only.
 */
export class CachingBehavior implements Behavior {
  private readonly results: LRUCache<string, Run>;
  private readonly view = new LocalView();

  constructor(
    private readonly options: CacheOptions<object>,
    clock: Clock,
  ) {
    this.results = new LRUCache({
      max: options.maxEntries ?? 1000,
      ttl: options.ttlMs,
      ttlResolution: 0,
      perf: { now: () => clock.monotonicMs() + 1 }, // 0 would mean "no time yet" to the cache
    });
  }

  handle(envelope: Envelope, context: MessageContext, next: Next): Promise<unknown> {
    const key = this.keyOf(envelope);
    const kept = this.results.get(key);
    if (kept === undefined) return this.run(key, context, next);
    return kept.result.catch((thrown: unknown) => {
      // A cancellation by one caller is not a result for another.
      const wasGivenUp = kept.context?.signal.aborted === true && !context.signal.aborted;
      if (wasGivenUp) return this.handle(envelope, context, next);
      throw thrown;
    });
  }

  /** Cache key: all fields, or the message's `cache.key`. `CATGA_SERIALIZATION` for fields that cannot be compared. */
  private keyOf({ name, message }: Envelope): string {
    if (this.options.key === undefined) return contentOf(name, message, this.view);
    const key: unknown = answeredAtOnce(`cache.key of ${name}`, this.options.key(message));
    if (typeof key === 'string') return key;
    throw new CatgaError(
      'CATGA_SERIALIZATION',
      `cache.key of ${name} returned ${typeof key}: it must return a string.`,
      {
        details: { name },
      },
    );
  }

  private run(key: string, context: MessageContext, next: Next): Promise<unknown> {
    const run: Run = { result: next(), context };
    this.results.set(key, run);
    run.result.then(
      () => (run.context = undefined),
      () => {
        if (this.results.peek(key) === run) this.results.delete(key);
      },
    );
    return run.result;
  }
}
