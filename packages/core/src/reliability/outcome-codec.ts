import type { CatgaResult } from '../contracts/result.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import type { StoredOutcome } from '../ports/idempotency-store.js';
import type { Codec } from '../wire/codec.js';
import type { FrameBody } from '../wire/frame-records.js';
import { isEncodedError } from '../wire/error-codec.js';
import type { ErrorCodec } from '../wire/error-codec.js';

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
        ? this.codec.encodeBody(`The result of ${name}`, { value: settled.value })
        : this.encodeError(name, settled.error);
      return { recorded: { ok: settled.ok, body }, answer: settled };
    } catch (thrown) {
      const error = toError(thrown);
      return { recorded: { ok: false, body: this.encodeError(name, error) }, answer: { ok: false, error } };
    }
  }

  decode(name: string, outcome: StoredOutcome): CatgaResult<unknown> {
    const decoded = this.codec.decode(`The outcome of ${name}`, outcome.body);
    if (outcome.ok) return { ok: true, value: (decoded as { readonly value: unknown }).value };
    if (!isEncodedError(decoded)) {
      throw new CatgaError('CATGA_SERIALIZATION', `The recorded error of ${name} is malformed.`, {
        details: { name },
      });
    }
    return { ok: false, error: this.errors.decode(decoded) };
  }

  /** What is too much to be recorded is recorded by its name, message and code. */
  private encodeError(name: string, error: Error): FrameBody {
    const what = `The error of ${name}`;
    try {
      return this.codec.encodeBody(what, this.errors.encode(error));
    } catch {
      return this.codec.encodeBody(what, this.errors.encodeBriefly(error));
    }
  }
}
