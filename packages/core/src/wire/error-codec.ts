import type { ErrorRecord } from '../contracts/error-record.js';
import { CatgaError, toError } from '../errors/catga-error.js';
import { answeredAtOnce } from '../errors/user-code.js';
import { ERROR_CATALOGUE } from '../errors/error-catalogue.js';
import type { CatgaErrorCode } from '../errors/error-catalogue.js';
import { recordOf, toErrorRecord } from '../errors/error-record.js';
import { plainData } from '../errors/plain-data.js';
import { readOf, wellFormed } from '../errors/well-formed.js';

/** An error as data: what is stored of it and what crosses between nodes. Never a stack. */
export interface EncodedError extends ErrorRecord {
  /** `'error'`, `'catga'`, `'declared'`, or the name of an {@link ErrorTranslator}. */
  readonly type: string;
  /** What the error says of whether trying again may help; absent if it does not. */
  readonly retryable?: boolean;
  /** What the translator needs to build the error again; plain data. */
  readonly data?: unknown;
}

/** Whether what came is an error. What its `data` holds is its translator's affair. */
export function isEncodedError(value: unknown): value is EncodedError {
  return typeof readOf(value, 'type') === 'string' && toErrorRecord(value) !== undefined;
}

/** Carries a class of errors so that it arrives as the same class. Its cause and its code are carried without it. */
export interface ErrorTranslator {
  /** Stable name on the wire. */
  readonly type: string;
  /** The error's data, or undefined if the error is not of this class. */
  encode(error: Error): { readonly data: unknown } | undefined;
  /** Undefined if the data is not of this class; then the error arrives by name, message and code. */
  decode(encoded: EncodedError): Error | undefined;
}

/**
 * An error that a handler threw elsewhere or earlier: its name, message and code, without the class. Its `cause`, and the
 * `errors` of an `AggregateError`, are errors of this class.
 *
 * @publicApi
 */
export class RemoteError extends Error {
  /** The code of the original error, or `CATGA_REMOTE` if it had none. */
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

/** The longest text of an error that has to be brief, in characters. */
const BRIEF = 200;

/** Turns errors into data and back. */
export class ErrorCodec {
  private readonly translators: readonly ErrorTranslator[];

  /** @param onFailure told of what a translator throws; the error goes without it then */
  constructor(
    translators: readonly ErrorTranslator[],
    private readonly onFailure: (thrown: unknown) => void = () => {},
  ) {
    this.translators = [...translators, catgaTranslator];
  }

  /** Whatever was thrown as bounded data that every serializer carries. */
  encode(thrown: unknown): EncodedError {
    const error = toError(thrown);
    const base = { ...recordOf(error), ...retryableOf(error) };
    for (const translator of this.translators) {
      const encoded = this.attempt(() => translator.encode(error));
      if (encoded !== undefined) return { type: translator.type, ...base, data: plainData(encoded.data) };
    }
    return { type: 'error', ...base };
  }

  /** The least that is told of an error, where there is no room for more: its name, message and code. */
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
    // Callers repeat what declares itself retryable, wherever it was thrown.
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

/** Gives an error the errors that the original held. */
function holdErrors(error: Error, { cause, errors }: ErrorRecord): void {
  const arrived = (record: ErrorRecord): Error => {
    const held = remoteError(record);
    holdErrors(held, record);
    return held;
  };
  if (cause !== undefined) define(error, 'cause', arrived(cause), false);
  if (errors !== undefined) define(error, 'errors', errors.map(arrived), false);
}

/** Past any setter: what came from elsewhere runs no code of the class. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}

/** What an error of a handler declares; a `CatgaError` has it among its data. */
function retryableOf(error: Error): { readonly retryable?: boolean } {
  if (error instanceof CatgaError) return {};
  const retryable = readOf(error, 'retryable');
  return typeof retryable === 'boolean' ? { retryable } : {};
}

function isCatgaErrorCode(code: string | number | undefined): code is CatgaErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CATALOGUE, code);
}
