import type { ErrorRecord } from '../contracts/error-record.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { answeredAtOnce } from '../errors/user-code.js';
import { ERROR_CATALOGUE } from '../errors/error-catalogue.js';
import type { CatgaErrorCode } from '../errors/error-catalogue.js';
import { recordOf, toErrorRecord } from '../errors/error-record.js';
import { plainData } from '../errors/plain-data.js';
import { readOf, wellFormed } from '../errors/well-formed.js';

/** Error as data, as stored and as sent between nodes. Never includes a stack. */
export interface EncodedError extends ErrorRecord {
  /** `'error'`, `'catga'`, `'declared'`, or the name of an {@link ErrorTranslator}. */
  readonly type: string;
  /** Whether the error declares itself retryable; absent if it does not say. */
  readonly retryable?: boolean;
  /** Plain data from which the translator rebuilds the error. */
  readonly data?: unknown;
}

/** Whether the value is an encoded error. Only its translator checks `data`. */
export function isEncodedError(value: unknown): value is EncodedError {
  return typeof readOf(value, 'type') === 'string' && toErrorRecord(value) !== undefined;
}

/** Translator of an error class, so that its errors arrive as the same class. Cause and code are carried separately. */
export interface ErrorTranslator {
  /** Stable name on the wire. */
  readonly type: string;
  /** Data of the error, or undefined if the error is not of this class. */
  encode(error: Error): { readonly data: unknown } | undefined;
  /** Undefined if the data is not of this class; the error then arrives with name, message and code only. */
  decode(encoded: EncodedError): Error | undefined;
}

/**
 * Error that a handler threw on another node or in an earlier run: name, message and code, without the class. Its
 * `cause` and the `errors` of an `AggregateError` are of this class too.
 *
 * @publicApi
 */
export class RemoteError extends Error {
  /** Code of the original error, or `CATGA_REMOTE` if it had none. */
  readonly code: string | number;

  constructor(name: string, message: string, code: string | number | undefined) {
    super(message);
    this.name = name;
    this.code = code ?? 'CATGA_REMOTE';
  }
}

const catgaTranslator: ErrorTranslator = {
  type: 'catga',
  encode: (error) =>
    error instanceof CatgaError
      ? { data: { details: error.details, retryable: error.retryable } }
      : undefined,
  decode({ code, message, data }) {
    const details = readOf(data, 'details');
    const retryable = readOf(data, 'retryable');
    const known: CatgaErrorCode = isCatgaErrorCode(code) ? code : 'CATGA_REMOTE';
    return new CatgaError(known, message, {
      details: typeof details === 'object' && details !== null ? { ...details } : {},
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
    });
  },
};

/** Maximum length of each text of a brief error, in characters. */
const BRIEF = 200;

/** Encodes and decodes errors. */
export class ErrorCodec {
  private readonly translators: readonly ErrorTranslator[];

  /** @param onFailure called with errors of translators; the error is then carried without a translator */
  constructor(
    translators: readonly ErrorTranslator[],
    private readonly onFailure: (thrown: unknown) => void = () => {},
  ) {
    this.translators = [...translators, catgaTranslator];
  }

  /** Any thrown value as bounded data that every serializer carries. */
  encode(thrown: unknown): EncodedError {
    const error = toError(thrown);
    const base = { ...recordOf(error), ...retryableOf(error) };
    for (const translator of this.translators) {
      const encoded = this.attempt(() => translator.encode(error));
      if (encoded !== undefined) return { type: translator.type, ...base, data: plainData(encoded.data) };
    }
    return { type: 'error', ...base };
  }

  /** Minimal form of an error, where there is little room: name, message and code. */
  encodeBriefly(thrown: unknown): EncodedError {
    const { name, message, code } = recordOf(thrown);
    return {
      type: toError(thrown) instanceof CatgaError ? catgaTranslator.type : 'error',
      name: wellFormed(name, BRIEF),
      message: wellFormed(message, BRIEF),
      ...(code !== undefined && { code: typeof code === 'string' ? wellFormed(code, BRIEF) : code }),
      ...retryableOf(toError(thrown)),
    };
  }

  decode(encoded: EncodedError): Error {
    const record = recordOf(encoded);
    const translator = this.translators.find(({ type }) => type === encoded.type);
    const error = this.attempt(() => translator?.decode({ ...encoded, ...record })) ?? remoteError(record);
    holdErrors(error, record);
    // Callers repeat requests whose error is retryable, wherever it was thrown.
    const { retryable } = encoded;
    if (typeof retryable === 'boolean' && readOf(error, 'retryable') !== retryable)
      define(error, 'retryable', retryable, true);
    return error;
  }

  private attempt<T>(call: () => T): T | undefined {
    try {
      return answeredAtOnce('An error translator', call());
    } catch (thrown) {
      this.onFailure(thrown);
      return undefined;
    }
  }
}

function remoteError({ name, message, code }: ErrorRecord): RemoteError {
  return new RemoteError(name, message, code);
}

/** Restores the cause and the nested errors. */
function holdErrors(error: Error, { cause, errors }: ErrorRecord): void {
  const arrived = (record: ErrorRecord): Error => {
    const held = remoteError(record);
    holdErrors(held, record);
    return held;
  };
  if (cause !== undefined) define(error, 'cause', arrived(cause), false);
  if (errors !== undefined) define(error, 'errors', errors.map(arrived), false);
}

/** Bypasses setters, so that received data runs no code of the class. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}

/** Own `retryable` of a handler's error; a `CatgaError` has it in its data. */
function retryableOf(error: Error): { readonly retryable?: boolean } {
  if (error instanceof CatgaError) return {};
  const retryable = readOf(error, 'retryable');
  return typeof retryable === 'boolean' ? { retryable } : {};
}

function isCatgaErrorCode(code: string | number | undefined): code is CatgaErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CATALOGUE, code);
}
