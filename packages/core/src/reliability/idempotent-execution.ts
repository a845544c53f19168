import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { IdempotencyStore, StoredOutcome } from '../ports/idempotency-store.js';
import type { Cancellation } from '../time/cancellation.js';
import type { Timetable } from '../time/timetable.js';
import type { Codec } from '../wire/codec.js';
import type { EncodedError, ErrorCodec } from '../wire/error-codec.js';
import { fingerprint } from '../wire/fingerprint.js';

/** How long records are kept and claims are held. */
export interface IdempotencyOptions {
  /** How long an outcome is replayed, in milliseconds. */
  readonly ttlMs: number;
  /** After how long without renewal a claim is taken over, in milliseconds. */
  readonly leaseMs: number;
}

/** How one run ended. */
type Settled = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

/** How often somebody else's claim is looked at while it is held, in milliseconds. */
const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 1000;

/** Runs a request once per id: claims the id, runs, records the outcome, and answers repeats from the record. */
export class IdempotentExecution {
  /** What this node runs now, so that duplicates here wait for it instead of asking the store again and again. */
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly store: IdempotencyStore,
    private readonly options: IdempotencyOptions,
    private readonly codec: Codec,
    private readonly errors: ErrorCodec,
    private readonly timetable: Timetable,
  ) {}

  /** Resolves or rejects with the outcome, run now or replayed. `CATGA_IDEMPOTENCY_MISMATCH` for another content. */
  async run(
    envelope: MessageEnvelope,
    cancellation: Cancellation,
    execute: () => Promise<unknown>,
  ): Promise<unknown> {
    const id = envelope.messageId;
    const print = fingerprint(envelope.name, envelope.message);
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, LAST_POLL_MS)) {
      cancellation.throwIfCancelled();
      const claim = await this.store.claim(id, print, this.options.leaseMs);
      switch (claim.state) {
        case 'finished':
          return this.replay(envelope.name, claim.outcome);
        case 'mismatch':
          throw new CatgaError(
            'CATGA_IDEMPOTENCY_MISMATCH',
            `The messageId '${id}' was used for a message with another content.`,
            { details: { messageId: id, name: envelope.name } },
          );
        case 'running':
          await (this.running.get(id) ?? this.pause(pollMs));
          break;
        case 'claimed': {
          const run = this.runClaimed(envelope, cancellation, claim.token, execute);
          const finished = run.then(noResult, noResult);
          this.running.set(id, finished);
          try {
            const settled = await run;
            if (settled?.ok === true) return settled.value;
            if (settled !== undefined) throw settled.error;
          } finally {
            if (this.running.get(id) === finished) this.running.delete(id);
          }
        }
      }
    }
  }

  /** Resolves with undefined if the claim lapsed meanwhile: then the record belongs to somebody else. */
  private async runClaimed(
    envelope: MessageEnvelope,
    cancellation: Cancellation,
    token: number,
    execute: () => Promise<unknown>,
  ): Promise<Settled | undefined> {
    const id = envelope.messageId;
    const stopRenewing = this.keepRenewing(id, token);
    try {
      const settled = await execute().then(
        (value): Settled => ({ ok: true, value }),
        (thrown: unknown): Settled => ({ ok: false, error: toError(thrown) }),
      );
      if (!settled.ok && !isOutcome(settled.error, cancellation)) {
        await this.store.release(id, token);
        return settled;
      }
      const { recorded, answer } = this.encode(envelope.name, settled);
      return await this.record(envelope, token, recorded, answer);
    } finally {
      stopRenewing();
    }
  }

  /** Resolves with the answer, or undefined if the claim is no longer this node's. */
  private async record(
    { name, messageId }: MessageEnvelope,
    token: number,
    recorded: StoredOutcome,
    answer: Settled,
  ): Promise<Settled | undefined> {
    const { ttlMs } = this.options;
    try {
      return (await this.store.complete(messageId, token, recorded, ttlMs)) ? answer : undefined;
    } catch (thrown) {
      // More than the engine takes: as with what cannot be encoded, that is the outcome, since the effect has happened.
      if (!(thrown instanceof CatgaError) || thrown.code !== 'CATGA_PAYLOAD_TOO_LARGE') throw thrown;
      const refused = this.encode(name, { ok: false, error: thrown });
      return (await this.store.complete(messageId, token, refused.recorded, ttlMs))
        ? refused.answer
        : undefined;
    }
  }

  /** A result that cannot be recorded is answered and recorded as that error: the effect has happened. */
  private encode(
    name: string,
    settled: Settled,
  ): { readonly recorded: StoredOutcome; readonly answer: Settled } {
    try {
      const body = settled.ok
        ? this.codec.encode(`The result of ${name}`, { value: settled.value })
        : this.codec.encode(`The error of ${name}`, this.errors.encode(settled.error));
      return { recorded: { ok: settled.ok, body }, answer: settled };
    } catch (thrown) {
      const error = toError(thrown);
      const body = this.codec.encode(`The error of ${name}`, this.errors.encode(error));
      return { recorded: { ok: false, body }, answer: { ok: false, error } };
    }
  }

  private keepRenewing(id: string, token: number): () => void {
    const everyMs = this.options.leaseMs / 3;
    let entry = this.timetable.after(everyMs, renew);
    const { store, options, timetable } = this;
    function renew(): void {
      entry = timetable.after(everyMs, renew);
      // A renewal that fails lets the lease lapse, which the fencing token makes harmless.
      store.renew(id, token, options.leaseMs).catch(noResult);
    }
    return () => timetable.remove(entry);
  }

  private replay(name: string, outcome: StoredOutcome): unknown {
    const decoded = this.codec.decode(`The outcome of ${name}`, outcome.body);
    if (outcome.ok) return (decoded as { readonly value: unknown }).value;
    throw this.errors.decode(decoded as EncodedError);
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.timetable.after(delayMs, resolve));
  }
}

/** Whether an error is how the request ended, to be replayed, or only says that it could not be run now. */
function isOutcome(error: Error, cancellation: Cancellation): boolean {
  if (cancellation.isCancelled) return false;
  if (error instanceof CatgaError) return false;
  // A handler says of its own error that it is no answer: a lost database connection, not a refused payment.
  return (error as { readonly retryable?: unknown }).retryable !== true;
}

function noResult(): void {}
