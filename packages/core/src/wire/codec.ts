import { CatgaError, toError } from '../errors/catga-error.js';
import { answeredAtOnce } from '../errors/user-code.js';
import type { Serializer } from '../ports/serializer.js';
import type { FrameBody } from './frame-records.js';
import { checkPayload } from './limits.js';
import type { Limits } from './limits.js';

/** Serializer with its limits and errors. Everything that is encoded goes through it. */
export class Codec {
  constructor(
    readonly serializer: Serializer,
    readonly limits: Limits,
  ) {}

  /** Whether frame bodies are text. */
  get isText(): boolean {
    return this.serializer.encodeText !== undefined && this.serializer.decodeText !== undefined;
  }

  /** Encodes a value. `CATGA_SERIALIZATION` if it cannot be encoded, `CATGA_PAYLOAD_TOO_LARGE` if it is too large. */
  encode(name: string, value: unknown): Uint8Array {
    let bytes: Uint8Array;
    try {
      bytes = bytesOf(this.serializer.encode(value));
    } catch (thrown) {
      throw unencodable(name, thrown);
    }
    checkPayload(this.limits, name, bytes.byteLength);
    return bytes;
  }

  /** As {@link encode}, for a frame: text if the serializer supports text. */
  encodeBody(name: string, value: unknown): FrameBody {
    const body = this.encodeAnyBody(name, value);
    this.checkBody(name, body);
    return body;
  }

  /** As {@link encodeBody}, without a limit: for errors that report an oversized value. */
  encodeAnyBody(name: string, value: unknown): FrameBody {
    const { serializer } = this;
    try {
      if (serializer.encodeText === undefined) return bytesOf(serializer.encode(value));
      return textOf(serializer.encodeText(value));
    } catch (thrown) {
      throw unencodable(name, thrown);
    }
  }

  /** Inverse of {@link encodeBody}. Applies this node's limit, which may differ from the sender's. */
  decodeBody(name: string, body: FrameBody): unknown {
    this.checkBody(name, body);
    return this.decode(name, body);
  }

  private decodeAny(body: FrameBody): unknown {
    const { serializer } = this;
    return typeof body === 'string' && serializer.decodeText !== undefined
      ? serializer.decodeText(body)
      : serializer.decode(bodyBytes(body));
  }

  private checkBody(name: string, body: FrameBody): void {
    const { limits } = this;
    if (typeof body !== 'string') return checkPayload(limits, name, body.byteLength);
    // A UTF-16 unit takes at most three bytes, so only long texts are counted.
    if (body.length * 3 > limits.maxPayloadBytes) checkPayload(limits, name, Buffer.byteLength(body));
  }

  /** Decodes a body. `CATGA_SERIALIZATION` if it is malformed or was written by another serializer. */
  decode(name: string, body: FrameBody, serializer = this.serializer.name): unknown {
    if (serializer !== this.serializer.name) {
      throw new CatgaError(
        'CATGA_SERIALIZATION',
        `${name} was encoded by the serializer '${serializer}'; this node uses '${this.serializer.name}'.`,
        { details: { name, serializer } },
      );
    }
    try {
      return answeredAtOnce('The serializer', this.decodeAny(body));
    } catch (thrown) {
      throw undecodable(name, thrown);
    }
  }
}

/** Body as bytes. */
export function bodyBytes(body: FrameBody): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** Size of a body, in bytes. */
export function bodyLength(body: FrameBody): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

function bytesOf(encoded: unknown): Uint8Array {
  if (ArrayBuffer.isView(encoded)) return encoded as Uint8Array;
  throw new TypeError(`the serializer gave ${typeof answeredAtOnce('The serializer', encoded)}, not bytes`);
}

function textOf(encoded: unknown): string {
  if (typeof encoded === 'string') return encoded;
  throw new TypeError(`the serializer gave ${typeof answeredAtOnce('The serializer', encoded)}, not text`);
}

function unencodable(name: string, thrown: unknown): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `${name} cannot be encoded: ${toError(thrown).message}`, {
    details: { name },
    cause: thrown,
  });
}

function undecodable(name: string, thrown: unknown): CatgaError {
  return new CatgaError('CATGA_SERIALIZATION', `${name} cannot be decoded: ${toError(thrown).message}`, {
    details: { name },
    cause: thrown,
  });
}
