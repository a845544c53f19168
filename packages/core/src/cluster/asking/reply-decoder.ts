import { CatgaError } from '../../errors/catga-error.js';
import type { Codec } from '../../wire/codec.js';
import { isEncodedError } from '../../wire/error-codec.js';
import type { ErrorCodec } from '../../wire/error-codec.js';
import type { FrameBody } from '../../wire/frame-records.js';
import { notOnTheWire } from './sender-errors.js';

/** Reads the bodies of replies. */
export class ReplyDecoder {
  constructor(
    private readonly codec: Codec,
    private readonly errors: ErrorCodec,
  ) {}

  /** What a handler returned. `CATGA_SERIALIZATION` for what is no result. */
  value(name: string, body: FrameBody): unknown {
    const what = `The result of ${name}`;
    const result = this.codec.decodeBody(what, body);
    if (typeof result !== 'object' || result === null) throw notOnTheWire(what);
    return (result as { readonly value?: unknown }).value;
  }

  /** What a request was answered with instead. Never throws: what is no error is one of its own. */
  error(name: string, body: FrameBody): Error {
    const what = `The error of ${name}`;
    try {
      const encoded = this.codec.decodeBody(what, body);
      return isEncodedError(encoded) ? this.errors.decode(encoded) : notOnTheWire(what);
    } catch (thrown) {
      return thrown instanceof CatgaError ? thrown : notOnTheWire(what, thrown);
    }
  }
}
