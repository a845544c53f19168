import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { CatgaError } from '@catga/nestjs';
import type { CatgaErrorCode } from '@catga/nestjs';
import { ERROR_CATALOGUE } from '@catga/core/engine';

/** Answer of Nest's servers for an error hidden from clients. */
export const HIDDEN_ERROR = Object.freeze({ status: 'error', message: 'Internal server error' });

/** Answer of Nest's servers for a request without a handler. */
const NO_HANDLER = 'There is no matching message handler defined in the remote service.';
/** Error of Nest's NATS client when there are no subscribers. */
const NO_SUBSCRIBERS = /^Empty response\. There are no subscribers listening/;

/**
 * Converts an error to the plain data that clients of `@nestjs/microservices` get, by the table of the guide; undefined for any other
 * error. Inverse of {@link fromRpcError}.
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

/** Converts the error of a client of `@nestjs/microservices` to its class on a Catga node. */
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
