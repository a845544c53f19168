import type { CatgaResult } from '../contracts/result.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { takenOverError } from '../errors/message-errors.js';
import { joinedKey } from '../ids/joined-key.js';
import type { IdempotencyStore } from '../ports/idempotency-store.js';
import type { Cancellation } from '../time/cancellation.js';
import type { Timetable } from '../time/timetable.js';
import { fingerprint } from '../wire/fingerprint.js';
import { HeldClaim } from './held-claim.js';
import type { Finished, OutcomeCodec } from './outcome-codec.js';

/** How long records are kept and claims are held. */
export interface IdempotencyOptions {
  /** How long an outcome is replayed, in milliseconds. */
  readonly ttlMs: number;
  /** After how long without renewal a claim is taken over, in milliseconds. */
  readonly leaseMs: number;
}

/** How one run ended. */
type Settled = CatgaResult<unknown>;

/** How often somebody else's claim is looked at while it is held, in milliseconds. */
const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 1000;

/** What became of a run: its answer stands, or the record was somebody else's when it ended. */
type RunEnd =
  | { readonly stands: true; readonly answer: Settled }
  | { readonly stands: false; readonly finished: Finished | undefined };

/** Runs a request once per id: claims the id, runs, records the outcome, and answers repeats from the record. */
export class IdempotentExecution {
  /** What this node runs now, so that duplicates here wait for it instead of asking the store again and again. */
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly store: IdempotencyStore,
    private readonly options: IdempotencyOptions,
    private readonly outcomes: OutcomeCodec,
    private readonly timetable: Timetable,
  ) {}

  /** Resolves or rejects with the outcome, run now or replayed. `CATGA_IDEMPOTENCY_MISMATCH` for another content. */
  async run(
    envelope: MessageEnvelope,
    cancellation: Cancellation,
    execute: () => Promise<unknown>,
  ): Promise<unknown> {
    const key = keyOf(envelope);
    const print = fingerprint(envelope.name, envelope.message);
    /** Of a run whose record was lost: if nobody else has the id, it is recorded anew, for its effect has happened. */
    let unrecorded: Finished | undefined;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, LAST_POLL_MS)) {
      if (unrecorded === undefined) cancellation.throwIfCancelled();
      const claim = await this.store.claim(key, print, this.options.leaseMs);
      switch (claim.state) {
        case 'finished':
          return resultOf(this.outcomes.decode(envelope.name, claim.outcome));
        case 'mismatch':
          throw new CatgaError(
            'CATGA_IDEMPOTENCY_MISMATCH',
            `The messageId '${envelope.messageId}' was used for a message with another content.`,
            { details: { messageId: envelope.messageId, name: envelope.name } },
          );
        case 'running':
          cancellation.throwIfCancelled();
          await (this.running.get(key) ?? this.pause(pollMs));
          break;
        case 'claimed': {
          const run = unrecorded
            ? this.record(envelope.name, key, claim.token, unrecorded)
            : this.runClaimed(envelope, key, print, cancellation, claim.token, execute);
          const finished = run.then(noResult, noResult);
          this.running.set(key, finished);
          try {
            const end = await run;
            if (end.stands) return resultOf(end.answer);
            unrecorded = end.finished;
          } finally {
            if (this.running.get(key) === finished) this.running.delete(key);
          }
        }
      }
    }
  }

  private async runClaimed(
    envelope: MessageEnvelope,
    key: string,
    print: string,
    cancellation: Cancellation,
    firstToken: number,
    execute: () => Promise<unknown>,
  ): Promise<RunEnd> {
    const { name, messageId } = envelope;
    const claimed = { key, fingerprint: print, leaseMs: this.options.leaseMs };
    const held = new HeldClaim(this.store, this.timetable, claimed, firstToken, () =>
      cancellation.overrule(takenOverError(name, messageId)),
    );
    try {
      const answer = await execute().then(
        (value): Settled => ({ ok: true, value }),
        (thrown: unknown): Settled => ({ ok: false, error: toError(thrown) }),
      );
      const token = await held.token();
      if (!answer.ok && !isOutcome(answer.error, cancellation)) {
        const isReleased = await this.store.release(key, token);
        // Somebody else has the id, and the answer is theirs.
        return isReleased || !cancellation.isOverruled
          ? { stands: true, answer }
          : { stands: false, finished: undefined };
      }
      return await this.record(name, key, token, this.outcomes.encode(name, answer));
    } finally {
      held.end();
    }
  }

  private async record(name: string, key: string, token: number, finished: Finished): Promise<RunEnd> {
    const { ttlMs } = this.options;
    const complete = async (end: Finished): Promise<RunEnd> =>
      (await this.store.complete(key, token, end.recorded, ttlMs))
        ? { stands: true, answer: end.answer }
        : { stands: false, finished: end };
    try {
      return await complete(finished);
    } catch (thrown) {
      // More than the engine takes: as with what cannot be encoded, that is the outcome, since the effect has happened.
      if (!(thrown instanceof CatgaError) || thrown.code !== 'CATGA_PAYLOAD_TOO_LARGE') throw thrown;
      return complete(this.outcomes.encode(name, { ok: false, error: thrown }));
    }
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.timetable.after(delayMs, resolve));
  }
}

/** Ids of callers and ids of Catga's are records of two kinds, whatever they look like. */
function keyOf({ messageId, hasIdOfCaller }: MessageEnvelope): string {
  return joinedKey(hasIdOfCaller ? 'request' : 'made', messageId);
}

/** Whether an error is how the request ended, to be replayed, or only says that it could not be run now. */
function isOutcome(error: Error, cancellation: Cancellation): boolean {
  if (cancellation.isCancelled || cancellation.isOverruled) return false;
  if (error instanceof CatgaError) return false;
  // A handler says of its own error that it is no answer: a lost database connection, not a refused payment.
  return (error as { readonly retryable?: unknown }).retryable !== true;
}

function resultOf(answer: Settled): unknown {
  if (answer.ok) return answer.value;
  throw answer.error;
}

function noResult(): void {}
