import { HttpException } from '@nestjs/common';
import type { EncodedError, ErrorTranslator } from '@catga/core/engine';

/** What is kept of an `HttpException`. */
interface HttpExceptionData {
  readonly status: number;
  readonly response: string | Record<string, unknown>;
}

/** Lets an `HttpException` arrive as one, with its status and response, so that a gateway answers the same. */
export const httpExceptionTranslator: ErrorTranslator = {
  type: 'http',
  encode(error) {
    if (!(error instanceof HttpException)) return undefined;
    const data: HttpExceptionData = {
      status: error.getStatus(),
      response: error.getResponse() as HttpExceptionData['response'],
    };
    return { data };
  },
  decode({ name, message, data }: EncodedError) {
    const { status, response } = data as HttpExceptionData;
    const exception = new HttpException(response, status);
    exception.name = name;
    exception.message = message;
    return exception;
  },
};
