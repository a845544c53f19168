import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { CatgaError } from '@catga/core';
import type { CatgaErrorCode } from '@catga/core';

/** The HTTP status of each code that says something to a client; every other is 500. */
const STATUS: Partial<Record<CatgaErrorCode, number>> = {
  CATGA_VALIDATION_FAILED: 400,
  CATGA_NODE_NOT_FOUND: 404,
  CATGA_DEAD_LETTER_NOT_FOUND: 404,
  CATGA_IDEMPOTENCY_MISMATCH: 409,
  CATGA_PAYLOAD_TOO_LARGE: 413,
  CATGA_RATE_LIMITED: 429,
  CATGA_CANCELLED: 499,
  CATGA_CIRCUIT_OPEN: 503,
  CATGA_OVERLOADED: 503,
  CATGA_SHUTTING_DOWN: 503,
  CATGA_ENGINE_UNAVAILABLE: 503,
  CATGA_NODE_LOST: 503,
  CATGA_TIMEOUT: 504,
};

/**
 * Answers HTTP requests that failed with a `CatgaError`: 400 with the issues for an invalid message, 409 for a reused
 * idempotency key, 503 when the node is full or stops, and so on. Provide it as `APP_FILTER`.
 *
 * @publicApi
 */
@Catch(CatgaError)
export class CatgaExceptionFilter extends BaseExceptionFilter<CatgaError> {
  override catch(error: CatgaError, host: ArgumentsHost): void {
    const status = host.getType() === 'http' ? STATUS[error.code] : undefined;
    // Unknown to clients: Nest logs it and answers 500 without its text.
    if (status === undefined) return super.catch(error, host);
    const { code, message, details } = error;
    const issues = details.issues === undefined ? {} : { issues: details.issues };
    super.catch(new HttpException({ statusCode: status, code, message, ...issues }, status) as never, host);
  }
}
