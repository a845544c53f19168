import { CatgaError } from '../errors/catga-error.js';
import { answeredAtOnce } from '../errors/user-code.js';
import { ERROR_CATALOGUE } from '../errors/error-catalogue.js';
import type { CatgaErrorCode } from '../errors/error-catalogue.js';

/** An error as data: what is stored of it and what crosses between nodes. Never a stack, never a cause. */
export interface EncodedError {
  /** `'error'`, `'catga'`, or the name of an {@link ErrorTranslator}. */
  readonly type: string;
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** The error says that trying again may help; absent if it does not. */
  readonly retryable?: true;
  /** What the translator needs to build the error again; plain data. */
  readonly data?: unknown;
}

/** Whether what came is an error. What its `data` holds is its translator's affair. */
export function isEncodedError(value: unknown): value is EncodedError {
  if (typeof value !== 'object' || value === null) return false;
  const { type, name, message, code } = value as Readonly<Record<string, unknown>>;
  return (
    typeof type === 'string' &&
    typeof name === 'string' &&
    typeof message === 'string' &&
    (code === undefined || typeof code === 'string')
  );
}

/** Carries a class of errors so that it arrives as the same class. */
export interface ErrorTranslator {
  /** Stable name on the wire. */
  readonly type: string;
  /** The error's data, or undefined if the error is not of this class. */
  encode(error: Error): { readonly data: unknown } | undefined;
  decode(encoded: EncodedError): Error;
}

/**
 * An error that a handler threw elsewhere or earlier: its name, message and code, without the class.
 *
 * @publicApi
 */
export class RemoteError extends Error {
  /** The code of the original error, or `CATGA_REMOTE` if it had none. */
  readonly code: string;

  constructor(name: string, message: string, code: string | undefined) {
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
    const { details, retryable } = (data ?? {}) as {
      details?: Record<string, unknown>;
      retryable?: unknown;
    };
    const known: CatgaErrorCode = isCatgaErrorCode(code) ? code : 'CATGA_REMOTE';
    return new CatgaError(known, message, {
      details,
      retryable: typeof retryable === 'boolean' ? retryable : undefined,
    });
  },
};

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

  encode(error: Error): EncodedError {
    const base = { name: error.name, message: error.message, ...codeOf(error), ...retryableOf(error) };
    for (const translator of this.translators) {
      const encoded = this.attempt(() => translator.encode(error));
      if (encoded !== undefined) return { type: translator.type, ...base, data: encoded.data };
    }
    return { type: 'error', ...base };
  }

  decode(encoded: EncodedError): Error {
    const translator = this.translators.find(({ type }) => type === encoded.type);
    const error =
      this.attempt(() => translator?.decode(encoded)) ??
      new RemoteError(encoded.name, encoded.message, encoded.code);
    // Callers repeat what declares itself retryable, wherever it was thrown.
    return encoded.retryable === true ? Object.assign(error, { retryable: true }) : error;
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

/** The `code` of an error, where it has one that is text. */
export function codeOf(error: Error): { readonly code?: string } {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? { code } : {};
}

/** What an error of a handler declares; a `CatgaError` has it among its data. */
function retryableOf(error: Error): { readonly retryable?: true } {
  if (error instanceof CatgaError) return {};
  return (error as { readonly retryable?: unknown }).retryable === true ? { retryable: true } : {};
}

function isCatgaErrorCode(code: string | undefined): code is CatgaErrorCode {
  return code !== undefined && Object.hasOwn(ERROR_CATALOGUE, code);
}
