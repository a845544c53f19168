import type { MessageHeaders } from '../contracts/headers.js';
import { CatgaError } from '../errors/catga-error.js';

/** Size limits of a message. */
export interface Limits {
  /** Encoded body, in bytes. */
  readonly maxPayloadBytes: number;
  /** Header names and values together, in bytes of UTF-8. */
  readonly maxHeaderBytes: number;
}

/** Throws `CATGA_PAYLOAD_TOO_LARGE` for a body above the limit. */
export function checkPayload(limits: Limits, name: string, bytes: number): void {
  if (bytes <= limits.maxPayloadBytes) return;
  throw new CatgaError(
    'CATGA_PAYLOAD_TOO_LARGE',
    `${name} has ${bytes} bytes; at most ${limits.maxPayloadBytes} are allowed.`,
    { details: { name, bytes, maxPayloadBytes: limits.maxPayloadBytes } },
  );
}

/**
 * Throws `CATGA_PAYLOAD_TOO_LARGE` for headers above the limit, `CATGA_SERIALIZATION` for headers that are not text.
 */
export function checkHeaders(limits: Limits, name: string, headers: MessageHeaders): void {
  let bytes = 0;
  for (const [header, value] of Object.entries(headers)) {
    if (typeof value !== 'string') {
      throw new CatgaError('CATGA_SERIALIZATION', `Header '${header}' of ${name} is not text.`, {
        details: { name, header },
      });
    }
    bytes += Buffer.byteLength(header) + Buffer.byteLength(value);
  }
  if (bytes <= limits.maxHeaderBytes) return;
  throw new CatgaError(
    'CATGA_PAYLOAD_TOO_LARGE',
    `The headers of ${name} have ${bytes} bytes; at most ${limits.maxHeaderBytes} are allowed.`,
    { details: { name, bytes, maxHeaderBytes: limits.maxHeaderBytes } },
  );
}
