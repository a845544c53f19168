import { CatgaError, toError } from '../errors/catga-error.js';
import type { Serializer } from '../ports/serializer.js';
import { checkPayload } from './limits.js';
import type { Limits } from './limits.js';

/** The configured serializer with its limits and its errors: everything that becomes bytes goes through here. */
export class Codec {
  constructor(
    readonly serializer: Serializer,
    readonly limits: Limits,
  ) {}

  /** `CATGA_SERIALIZATION` for what cannot be encoded, `CATGA_PAYLOAD_TOO_LARGE` for what is too large. */
  encode(name: string, value: unknown): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = this.serializer.encode(value);
    } catch (thrown) {
      throw new CatgaError('CATGA_SERIALIZATION', `${name} cannot be encoded: ${toError(thrown).message}`, {
        details: { name },
        cause: thrown,
      });
    }
    checkPayload(this.limits, name, bytes.byteLength);
    return bytes;
  }

  /** `CATGA_SERIALIZATION` for what is not the serializer's output, or was made by another serializer. */
  decode(name: string, bytes: Uint8Array, serializer = this.serializer.name): unknown {
    if (serializer !== this.serializer.name) {
      throw new CatgaError(
        'CATGA_SERIALIZATION',
        `${name} was encoded by the serializer '${serializer}'; this node has '${this.serializer.name}'.`,
        { details: { name, serializer } },
      );
    }
    try {
      return this.serializer.decode(bytes);
    } catch (thrown) {
      throw new CatgaError('CATGA_SERIALIZATION', `${name} cannot be decoded: ${toError(thrown).message}`, {
        details: { name },
        cause: thrown,
      });
    }
  }
}
