import { HttpException } from '@nestjs/common';
import type { HttpExceptionOptions } from '@nestjs/common';
import type { EncodedError, ErrorTranslator } from '@catga/core/engine';
import { builtInException } from './built-in-exceptions.js';

/** Encoded fields of an `HttpException`. */
interface HttpExceptionData {
  readonly status: number;
  /** Absent if the response is an `Error`, which is hidden from clients. */
  readonly response?: string | Record<string, unknown>;
  readonly description?: string;
  readonly errorCode?: string;
}

/**
 * Translator of `HttpException`s between nodes: decodes to Nest's built-in class of the status, such as
 * `NotFoundException`, with response and description, so that a gateway replies the same. A status without a built-in
 * class becomes an `HttpException`.
 */
export const httpExceptionTranslator: ErrorTranslator = {
  type: 'http',
  encode(error) {
    if (!(error instanceof HttpException)) return undefined;
    const response = error.getResponse();
    const { description, errorCode } = optionsOf(error);
    return {
      data: {
        status: error.getStatus(),
        ...(!((response as unknown) instanceof Error) && { response }),
        ...(typeof description === 'string' && { description }),
        ...(typeof errorCode === 'string' && { errorCode }),
      },
    };
  },
  decode({ name, message, data }: EncodedError) {
    const { status, response, ...options } = data as HttpExceptionData;
    if (!Number.isInteger(status)) return undefined;
    const exception = new HttpException(response ?? (new Error(message) as never), status, options);
    const builtIn = builtInException(status);
    if (builtIn !== undefined) Object.setPrototypeOf(exception, builtIn.prototype as object);
    exception.name = name;
    exception.message = message;
    return exception;
  },
};

/** Nest stores them in private fields. */
function optionsOf(exception: HttpException): HttpExceptionOptions & { readonly errorCode?: unknown } {
  const { options } = exception as unknown as { readonly options?: HttpExceptionOptions };
  return options ?? {};
}
