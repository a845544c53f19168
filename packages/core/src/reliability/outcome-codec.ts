import type { CatgaResult } from '../contracts/result.js';
import { toError } from '../errors/catga-error.js';
import type { StoredOutcome } from '../ports/idempotency-store.js';
import type { Codec } from '../wire/codec.js';
import type { EncodedError, ErrorCodec } from '../wire/error-codec.js';

/** A run that has ended: what is answered, and what of it is recorded. */
export interface Finished {
  readonly answer: CatgaResult<unknown>;
  readonly recorded: StoredOutcome;
}

/** Outcomes as the shared record keeps them. */
export class OutcomeCodec {
  constructor(
    private readonly codec: Codec,
    private readonly errors: ErrorCodec,
  ) {}

  /** A result that cannot be recorded is answered and recorded as that error: the effect has happened. */
  encode(name: string, settled: CatgaResult<unknown>): Finished {
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

  decode(name: string, outcome: StoredOutcome): CatgaResult<unknown> {
    const decoded = this.codec.decode(`The outcome of ${name}`, outcome.body);
    if (outcome.ok) return { ok: true, value: (decoded as { readonly value: unknown }).value };
    return { ok: false, error: this.errors.decode(decoded as EncodedError) };
  }
}
