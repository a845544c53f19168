import { CatgaError } from '@catga/core';

/** Error: the broker is unreachable, or did not reply in time. */
export function unavailable(what: string, cause?: unknown): CatgaError {
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', what, { cause });
}

/** Error: the connection is closed, by the node or permanently. */
export function closedError(): CatgaError {
  return unavailable('The connection to NATS is closed.');
}

/** Error: a message exceeds the server's limit. */
export function tooLarge(what: string, bytes: number, maxBytes: number): CatgaError {
  return new CatgaError(
    'CATGA_PAYLOAD_TOO_LARGE',
    `${what} of ${bytes} bytes exceeds the ${maxBytes} bytes that the NATS server accepts (max_payload).`,
    { details: { bytes, maxBytes } },
  );
}

/** Error in a JetStream reply. */
export interface JetStreamFailure {
  readonly code?: number;
  readonly err_code?: number;
  readonly description?: string;
}

/** Codes of JetStream's errors, from the server's `errors.json`. */
export const JETSTREAM_ERROR = Object.freeze({
  notEnabled: 10_076,
  notEnabledForAccount: 10_039,
  streamNotFound: 10_059,
  noMessageFound: 10_037,
  wrongLastSequence: 10_071,
  wrongLastSequenceUnknown: 10_164,
  messageTooLarge: 10_054,
  nameInUse: 10_058,
  streamNotCreated: 10_049,
  resourcesExceeded: 10_023,
  storageExceeded: 10_047,
  memoryExceeded: 10_028,
  storeFailed: 10_077,
  sequenceNotFound: 10_043,
  messageDeleteFailed: 10_057,
  consumerNotFound: 10_014,
  consumerNameInUse: 10_013,
  /** A message with the same id is being stored in a replicated stream. */
  duplicateInProcess: 10_158,
  tooManyRequests: 10_167,
});

const FULL: ReadonlySet<number | undefined> = new Set([
  JETSTREAM_ERROR.resourcesExceeded,
  JETSTREAM_ERROR.storageExceeded,
  JETSTREAM_ERROR.memoryExceeded,
  JETSTREAM_ERROR.storeFailed,
  JETSTREAM_ERROR.tooManyRequests,
]);

/** Converts a JetStream error to the error that callers get. */
export function jetStreamError(what: string, failure: JetStreamFailure): CatgaError {
  const { err_code: code, description } = failure;
  const message = `${what}: JetStream reports '${description ?? 'no reason'}'.`;
  const details = { jetStreamCode: code };
  if (code === JETSTREAM_ERROR.notEnabled || code === JETSTREAM_ERROR.notEnabledForAccount) {
    return new CatgaError(
      'CATGA_UNSUPPORTED',
      `${message} Start nats-server with JetStream: nats-server -js.`,
      {
        details,
      },
    );
  }
  if (code === JETSTREAM_ERROR.messageTooLarge)
    return new CatgaError('CATGA_PAYLOAD_TOO_LARGE', message, { details });
  if (FULL.has(code)) return new CatgaError('CATGA_OVERLOADED', message, { details });
  return new CatgaError('CATGA_ENGINE_UNAVAILABLE', message, { details });
}
