import type { Behavior, Next } from '../../contracts/behavior.js';
import type { Envelope } from '../../contracts/envelope.js';
import type { MessageContext } from '../../contracts/message-context.js';
import type { HandlerPolicy } from '../../contracts/policy.js';
import { CatgaError } from '../../errors/catga-error.js';
import type { Clock } from '../../ports/clock.js';
import { admit, refuse } from './refusal.js';
import { TokenBucket } from './token-bucket.js';

/** Refuses messages above the rate limit. */
export class RateLimitBehavior implements Behavior {
  private readonly bucket: TokenBucket;

  constructor(
    private readonly options: Extract<HandlerPolicy, { policy: 'rateLimit' }>['options'],
    private readonly clock: Clock,
  ) {
    this.bucket = new TokenBucket(options.permits, options.perMs, options.burst);
  }

  handle(envelope: Envelope, _context: MessageContext, next: Next): Promise<unknown> {
    const nowMs = this.clock.monotonicMs();
    if (!this.bucket.take(nowMs)) return refuse(envelope, this.limited(envelope.name, nowMs));
    admit(envelope);
    return next();
  }

  private limited(name: string, nowMs: number): CatgaError {
    const { permits, perMs } = this.options;
    const retryAfterMs = Math.max(1, Math.ceil(this.bucket.waitMs(nowMs)));
    return new CatgaError(
      'CATGA_RATE_LIMITED',
      `${name} was refused: the rate limit is ${permits} in ${perMs} ms; retry after ${retryAfterMs} ms.`,
      { details: { name, permits, perMs, retryAfterMs } },
    );
  }
}
