import { randomUUID } from 'node:crypto';
import type { CatgaResult } from '../contracts/result.js';
import type { Tracing } from '../pipeline/tracing.js';
import type { MessageEnvelope } from '../pipeline/message-envelope.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { mismatchError } from '../errors/message-errors.js';
import { BriefMap } from '../ids/brief-map.js';
import { joinedKey } from '../ids/joined-key.js';
import type { Claim, IdempotencyStore } from '../ports/idempotency-store.js';
import type { Cancellation } from '../time/cancellation.js';
import type { Timetable } from '../time/timetable.js';
import { fingerprint } from '../wire/fingerprint.js';
import type { ErrorRules } from './error-rules.js';
import { HeldClaim } from './held-claim.js';
import type { ClaimedId } from './held-claim.js';
import type { Finished, OutcomeCodec } from './outcome-codec.js';
import { isForNow } from './until-taken.js';
import type { UntilTaken } from './until-taken.js';

/** Durations of records and claims. */
export interface IdempotencyOptions {
  /** Time to live of an outcome, in milliseconds. */
  readonly ttlMs: number;
  /** Lease of a claim, in milliseconds. */
  readonly leaseMs: number;
}

/** Polling interval of another claimant's claim, in milliseconds. */
const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 1000;

/** What a run ended with, and whether that is recorded: if not, the record was somebody else's. */
interface RecordedEnd {
  readonly end: Finished;
  readonly isRecorded: boolean;
}

/** Maximum concurrent releases of claims whose reply was lost; others expire. */
const MOST_TAKEN_BACK = 1024;

/**
 * Idempotent execution: claims the id, runs the request, records the outcome, and replays it to repeats. If recording
 * fails, it is retried; the handler does not run again meanwhile.
 */
export class IdempotentExecution {
  /** Current runs of this node: local duplicates wait for them, even if the lease expired during an outage. */
  private readonly running = new BriefMap<HeldClaim>();
  /** Prefix of claim marks, unique to this node. */
  private readonly self = randomUUID();
  private lastMark = 0;
  private takenBack = 0;

  constructor(
    private readonly store: IdempotencyStore,
    private readonly options: IdempotencyOptions,
    private readonly outcomes: OutcomeCodec,
    private readonly rules: ErrorRules,
    private readonly timetable: Timetable,
    private readonly writes: UntilTaken,
    private readonly tracing?: Tracing,
  ) {}

  /** Settles with the outcome, new or replayed. `CATGA_IDEMPOTENCY_MISMATCH` for different content. */
  async run(
    envelope: MessageEnvelope,
    cancellation: Cancellation,
    execute: () => Promise<unknown>,
  ): Promise<unknown> {
    const key = recordKeyOf(envelope);
    const print = fingerprint(envelope.name, envelope.message);
    const mark = `${this.self}.${++this.lastMark}`;
    const claimed: ClaimedId = { key, fingerprint: print, leaseMs: this.options.leaseMs, mark };
    /** End of a run. If its record is lost, it is claimed again, because its effect has happened. */
    let end: Finished | undefined;
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, LAST_POLL_MS)) {
      if (end === undefined) {
        cancellation.throwIfCancelled();
        const here = this.running.get(key);
        if (here?.claimed.fingerprint === print && !here.cancellation.isOverruled) {
          await here.ended;
          continue;
        }
      }
      let claim: Claim;
      try {
        claim = await (end === undefined ? this.ask(claimed) : this.writes.run(() => this.ask(claimed)));
      } catch (thrown) {
        if (end === undefined && isForNow(thrown)) void this.takeBack(claimed);
        throw thrown;
      }
      switch (claim.state) {
        case 'finished':
          this.tracing?.repeated({
            name: envelope.name,
            messageId: envelope.messageId,
            kind: envelope.kind,
            subscription: undefined,
          });
          return resultOf(this.outcomes.decode(envelope.name, claim.outcome));
        case 'mismatch':
          throw mismatchError(envelope.name, envelope.messageId);
        case 'running':
          cancellation.throwIfCancelled();
          await (this.running.get(key)?.ended ?? this.pause(pollMs));
          break;
        case 'claimed': {
          const { store, timetable } = this;
          const held = new HeldClaim(store, timetable, claimed, claim.token, envelope, cancellation);
          this.running.set(key, held);
          try {
            if (end === undefined) {
              let answer: CatgaResult<unknown>;
              try {
                answer = { ok: true, value: await execute() };
              } catch (thrown) {
                const error = toError(thrown);
                answer = { ok: false, error };
                if (!this.isOutcome(envelope, error, cancellation)) {
                  if ((await this.release(held)) || !cancellation.isOverruled) throw error;
                  continue; // Another claimant has the id, and its outcome counts.
                }
              }
              end = this.outcomes.encode(envelope.name, answer);
            }
            let isRecorded: boolean;
            try {
              isRecorded = await held.complete(end.recorded, this.options.ttlMs);
            } catch (thrown) {
              ({ end, isRecorded } = await this.recordDespite(thrown, held, end));
            }
            if (isRecorded) return resultOf(end.answer);
          } finally {
            if (this.running.get(key) === held) this.running.delete(key);
            held.end();
          }
        }
      }
    }
  }

  private ask({ key, fingerprint: print, leaseMs, mark }: ClaimedId): Promise<Claim> {
    return this.store.claim(key, print, leaseMs, mark);
  }

  /** Releases a claim whose reply was lost; otherwise it would block the id until the lease expires. */
  private async takeBack(claimed: ClaimedId): Promise<void> {
    if (this.takenBack >= MOST_TAKEN_BACK) return;
    this.takenBack++;
    try {
      const claim = await this.writes.run(() => this.ask(claimed));
      if (claim.state === 'claimed')
        await this.writes.run(() => this.store.release(claimed.key, claim.token));
    } catch {
      // The node stops, or the store refuses: then the claim expires.
    } finally {
      this.takenBack--;
    }
  }

  /** Releases in the background, so that the caller does not wait for an unavailable store. */
  private async release(held: HeldClaim): Promise<boolean> {
    try {
      return await held.release();
    } catch (thrown) {
      if (!isForNow(thrown)) throw thrown;
      void this.writes.run(() => held.release()).catch(noResult); // Otherwise it expires.
      return true;
    }
  }

  /** Retries until the outcome is recorded, while the claim is renewed, because the effect has happened. */
  private async recordDespite(thrown: unknown, held: HeldClaim, end: Finished): Promise<RecordedEnd> {
    const { writes, outcomes } = this;
    const { ttlMs } = this.options;
    try {
      const isRecorded = await writes.retry(() => held.complete(end.recorded, ttlMs), thrown);
      return { end, isRecorded };
    } catch (refused) {
      // Too large for the engine: that error is recorded as the outcome.
      if (!(refused instanceof CatgaError) || refused.code !== 'CATGA_PAYLOAD_TOO_LARGE') throw refused;
      const tooLarge = outcomes.encode(held.envelope.name, { ok: false, error: refused });
      const isRecorded = await writes.run(() => held.complete(tooLarge.recorded, ttlMs));
      return { end: tooLarge, isRecorded };
    }
  }

  /** Whether an error is an outcome to be replayed, or a refusal without a run. */
  private isOutcome({ type }: MessageEnvelope, error: Error, cancellation: Cancellation): boolean {
    return !cancellation.isCancelled && !cancellation.isOverruled && this.rules.isOutcome(type, error);
  }

  private pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.timetable.after(delayMs, resolve));
  }
}

/** Record key: callers' ids and generated ids have separate key spaces. */
export function recordKeyOf({ messageId, hasIdOfCaller }: MessageEnvelope): string {
  return joinedKey(hasIdOfCaller ? 'request' : 'made', messageId);
}

function resultOf(answer: CatgaResult<unknown>): unknown {
  if (answer.ok) return answer.value;
  throw answer.error;
}

function noResult(): void {}
