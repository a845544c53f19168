import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { CatgaError } from '@catga/nestjs';
import type { CatgaErrorCode } from '@catga/nestjs';
import { ERROR_CATALOGUE } from '@catga/core/engine';

/** What Nest's servers say of an error that clients are not to see. */
export const HIDDEN_ERROR = Object.freeze({ status: 'error', message: 'Internal server error' });

/** What Nest's servers answer a request that they have no handler for. */
const NO_HANDLER = 'There is no matching message handler defined in the remote service.';
/** What the client of Nest's NATS transport says when nobody has subscribed. */
const NO_SUBSCRIBERS = /^Empty response\. There are no subscribers listening/;

/**
 * An error as what clients of `@nestjs/microservices` get, which is plain data; undefined for an error that the table of the
 * guide has no row for. {@link fromRpcError} is the way back.
 */
export function toRpcError(thrown: unknown): object | undefined {
  if (thrown instanceof RpcException) {
    const content = thrown.getError();
    return typeof content === 'object' ? content : { status: 'error', message: content };
  }
  if (thrown instanceof HttpException) {
    const response = thrown.getResponse();
    const said = typeof response === 'string' ? { message: response } : response;
    return { status: 'error', statusCode: thrown.getStatus(), message: thrown.message, ...said };
  }
  if (thrown instanceof CatgaError) {
    const { code, message, retryable, details } = thrown;
    return {
      status: 'error',
      code,
      message,
      retryable,
      ...(details.issues !== undefined && { issues: details.issues }),
    };
  }
  return undefined;
}

/** The error that a client of `@nestjs/microservices` got, as the class that it has on a Catga node. */
export function fromRpcError(received: unknown): Error {
  if (received instanceof Error)
    return NO_SUBSCRIBERS.test(received.message) ? noHandler(received.message) : received;
  if (received === NO_HANDLER) return noHandler(received);
  if (typeof received !== 'object' || received === null) return new RpcException(String(received));
  const { code, statusCode, message, retryable, issues } = received as Readonly<Record<string, unknown>>;
  if (isCatgaErrorCode(code)) {
    return new CatgaError(code, textOf(message), {
      ...(typeof retryable === 'boolean' && { retryable }),
      ...(Array.isArray(issues) && { details: { issues } }),
    });
  }
  if (isHttpError(statusCode)) {
    const { status, ...response } = received as Readonly<Record<string, unknown>>;
    return new HttpException(status === 'error' ? response : received, statusCode);
  }
  return new RpcException(received);
}

function noHandler(message: string): CatgaError {
  return new CatgaError('CATGA_NO_HANDLER', message);
}

function isCatgaErrorCode(code: unknown): code is CatgaErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CATALOGUE, code);
}

function isHttpError(status: unknown): status is number {
  return typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
