import { HttpException } from '@nestjs/common';
import type { HttpExceptionOptions } from '@nestjs/common';
import type { EncodedError, ErrorTranslator } from '@catga/core/engine';
import { builtInException } from './built-in-exceptions.js';

/** What is kept of an `HttpException`. */
interface HttpExceptionData {
  readonly status: number;
  /** Absent if it is an error, of which clients are told nothing. */
  readonly response?: string | Record<string, unknown>;
  readonly description?: string;
  readonly errorCode?: string;
}

/**
 * Lets an `HttpException` arrive as an instance of Nest's own class of its status, such as `NotFoundException`, with its
 * response and description, so that a gateway answers the same. One of a status that Nest has no class for arrives as an
 * `HttpException`.
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

/** Nest keeps them where only the class sees them. */
function optionsOf(exception: HttpException): HttpExceptionOptions & { readonly errorCode?: unknown } {
  const { options } = exception as unknown as { readonly options?: HttpExceptionOptions };
  return options ?? {};
}
