import { CatgaError, toError } from '../errors/catga-error.js';
import { mismatchError } from '../errors/message-errors.js';
import { joinedKey } from '../ids/joined-key.js';
import { HandlerContext } from '../pipeline/handler-context.js';
import { MessageEnvelope } from '../pipeline/message-envelope.js';
import type { Tracing } from '../pipeline/tracing.js';
import type { Step } from '../pipeline/pipeline.js';
import type { HandlerTransactions, TransactionalClaim } from '../ports/handler-transactions.js';
import type { MessageIdentity } from '../ports/stored-message.js';
import { fingerprint } from '../wire/fingerprint.js';
import type { ErrorRules } from './error-rules.js';
import { recordKeyOf } from './idempotent-execution.js';
import type { OutcomeCodec } from './outcome-codec.js';

/** Fingerprint of outcomes of queued commands, whose ids are compared with their names only. */
const QUEUED = 'queued';

/**
 * Handlers with `transaction: true`: the handler runs in a transaction of the outbox's database, which also records the
 * message and its outcome. A repetition gets the recorded outcome, and the handler does not run.
 */
export class TransactionalHandler {
  constructor(
    private readonly transactions: () => HandlerTransactions,
    private readonly outcomes: OutcomeCodec,
    private readonly rules: ErrorRules,
    /** Time to live of an outcome, in milliseconds. */
    private readonly ttlMs: number,
    private readonly tracing?: Tracing,
  ) {}

  /** The handler in its transaction. */
  around(handler: Step): Step {
    return async (envelope, context) => {
      if (!(envelope instanceof MessageEnvelope) || !(context instanceof HandlerContext))
        throw new TypeError(
          'A behavior before a handler with a transaction must pass on its envelope and context.',
        );
      const run = (): Promise<unknown> => handler(envelope, context);
      if (context.subscription !== undefined)
        return this.handleDelivery(context.subscription, envelope, context, run);
      // Nobody can repeat a request of this process whose id nobody chose.
      if (envelope.attributes.messageId === undefined)
        return this.open(envelope, context, (handle) => handle(), run);
      return this.handleRequest(envelope, context, run);
    };
  }

  /** Whether a delivery was handled in a transaction that committed. */
  wasHandled(subscription: string, message: MessageIdentity): Promise<boolean> {
    return this.transactions().wasHandled(subscription, message);
  }

  private handleDelivery(
    subscription: string,
    envelope: MessageEnvelope,
    context: HandlerContext,
    handler: () => Promise<unknown>,
  ): Promise<unknown> {
    const { outcomes, ttlMs } = this;
    const { name, messageId } = envelope;
    const keeps = envelope.attributes.tellsOutcome === true;
    const key = joinedKey('queued', name, messageId);
    const handle = async (run: () => Promise<unknown>): Promise<unknown> => {
      const transactions = this.transactions();
      if (!(await transactions.addHandled(subscription, { name, messageId }))) {
        this.repeated(envelope, subscription);
        return keeps ? this.replay(envelope, await transactions.claim(key, QUEUED)) : undefined;
      }
      if (keeps) await transactions.claim(key, QUEUED);
      const value = await run();
      if (keeps) await transactions.complete(key, outcomes.encode(name, { ok: true, value }).recorded, ttlMs);
      return value;
    };
    return this.open(envelope, context, handle, handler);
  }

  private async handleRequest(
    envelope: MessageEnvelope,
    context: HandlerContext,
    handler: () => Promise<unknown>,
  ): Promise<unknown> {
    const { name, type } = envelope;
    const key = recordKeyOf(envelope);
    const print = fingerprint(name, envelope.message);
    let failure: Error | undefined;
    const handle = async (run: () => Promise<unknown>): Promise<unknown> => {
      const transactions = this.transactions();
      const claim = await transactions.claim(key, print);
      if (claim.state === 'finished') this.repeated(envelope, undefined);
      if (claim.state !== 'claimed') return this.replay(envelope, claim);
      const value = await run().catch((thrown: unknown) => {
        failure = toError(thrown);
        throw thrown;
      });
      const { answer, recorded } = this.outcomes.encode(name, { ok: true, value });
      if (!answer.ok) throw answer.error;
      await transactions.complete(key, recorded, this.ttlMs);
      return value;
    };
    try {
      return await this.open(envelope, context, handle, handler);
    } catch (thrown) {
      if (failure === undefined || context.cancellation.isCancelled || !this.rules.isOutcome(type, failure))
        throw thrown;
      // Rolled back, but an outcome: recorded by itself. Another run may have finished meanwhile; then its outcome counts.
      const { recorded } = this.outcomes.encode(name, { ok: false, error: failure });
      const claim = await this.transactions().record(key, print, recorded, this.ttlMs);
      if (claim.state === 'claimed') throw thrown;
      return this.replay(envelope, claim);
    }
  }

  /** Opens the transaction. What fails before the handler runs is no attempt: a refusal. */
  private async open(
    envelope: MessageEnvelope,
    context: HandlerContext,
    work: (run: () => Promise<unknown>) => Promise<unknown>,
    handler: () => Promise<unknown>,
  ): Promise<unknown> {
    let hasRun = false;
    const run = (): Promise<unknown> => {
      hasRun = true;
      return handler();
    };
    try {
      return await this.transactions().inTransaction((transaction) => {
        context.transaction = transaction;
        return work(run);
      });
    } catch (thrown) {
      if (hasRun || (thrown instanceof CatgaError && thrown.code !== 'CATGA_DATABASE_UNAVAILABLE'))
        throw thrown;
      throw (envelope.refusal =
        thrown instanceof CatgaError ? thrown : unavailableError(envelope.name, thrown));
    } finally {
      context.transaction = undefined;
    }
  }

  private repeated({ name, messageId, kind }: MessageEnvelope, subscription: string | undefined): void {
    this.tracing?.repeated({ name, messageId, kind, subscription });
  }

  private replay({ name, messageId }: MessageEnvelope, claim: TransactionalClaim): unknown {
    if (claim.state === 'mismatch') throw mismatchError(name, messageId);
    if (claim.state === 'claimed') return undefined; // The outcome has expired.
    const outcome = this.outcomes.decode(name, claim.outcome);
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  }
}

function unavailableError(name: string, thrown: unknown): CatgaError {
  return new CatgaError(
    'CATGA_DATABASE_UNAVAILABLE',
    `The transaction of ${name} could not begin: ${toError(thrown).message}`,
    { details: { name }, cause: thrown },
  );
}
