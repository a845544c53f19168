import { Catch, HttpException, Logger } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { CatgaError } from '@catga/core';
import { answerOf } from './error-answers.js';
import type { ErrorAnswer } from './error-answers.js';

/** Common interface of Express and Fastify responses. */
interface HttpResponse {
  status(code: number): this;
  header(name: string, value: string): unknown;
  send(body: object): unknown;
}

/** Client of a WebSocket gateway: of socket.io, or of `ws`, which alone has a `readyState`. */
interface WebSocketClient {
  readonly readyState?: unknown;
  emit(event: string, data: object): unknown;
  send(text: string): unknown;
}

/**
 * Exception filter that maps `CatgaError`s to the caller's transport:
 *
 * - HTTP: a status, such as 400 with the issues for an invalid message, 409 for a reused idempotency key, 503 when the
 *   node is overloaded or stopping; `Retry-After` if known.
 * - Microservices: an observable that fails with the error of an `RpcException`.
 * - WebSockets: an `exception` event.
 * - GraphQL: an `HttpException`, which becomes a GraphQL error.
 * - Other contexts, Catga handlers included: rethrows the error.
 *
 * Clients get the code and a fixed message. The error's own message, which may name nodes and subjects, is logged.
 *
 * @example `{ provide: APP_FILTER, useClass: CatgaExceptionFilter }` among the providers
 * @publicApi
 */
@Catch(CatgaError)
export class CatgaExceptionFilter extends BaseExceptionFilter<CatgaError> {
  private static readonly answersLogger = new Logger(CatgaExceptionFilter.name);

  /** Returns an observable for microservices; throws for GraphQL and unknown contexts. */
  override catch(error: CatgaError, host: ArgumentsHost): Observable<never> | undefined {
    const answer = answerOf(error);
    switch (host.getType<string>()) {
      case 'http':
        this.log(error, answer);
        this.reply(answer, host);
        return undefined;
      case 'rpc':
        this.log(error, answer);
        return throwError(() => remoteBodyOf(answer));
      case 'ws':
        this.log(error, answer);
        tell(host.switchToWs().getClient<WebSocketClient>(), remoteBodyOf(answer));
        return undefined;
      case 'graphql':
        this.log(error, answer);
        throw new HttpException({ statusCode: answer.status, ...bodyOf(answer) }, answer.status);
      default:
        throw error;
    }
  }

  private reply(answer: ErrorAnswer, host: ArgumentsHost): void {
    const adapter = this.applicationRef ?? this.httpAdapterHost?.httpAdapter;
    const response = host.switchToHttp().getResponse<HttpResponse>();
    const body = { statusCode: answer.status, ...bodyOf(answer) };
    const seconds = retryAfterSeconds(answer);
    // Created with `new`, without an adapter: Express and Fastify share these three methods.
    if (adapter === undefined) {
      if (seconds !== undefined) response.header('Retry-After', seconds);
      response.status(answer.status).send(body);
      return;
    }
    if (adapter.isHeadersSent(response)) return adapter.end(response);
    if (seconds !== undefined) adapter.setHeader(response, 'Retry-After', seconds);
    adapter.reply(response, body, answer.status);
  }

  private log({ code, message, stack }: CatgaError, { status }: ErrorAnswer): void {
    const { answersLogger: logger } = CatgaExceptionFilter;
    const text = `${code}: ${message}`;
    if (status === 500) logger.error(text, stack);
    else if (status > 500) logger.warn(text);
    else logger.debug(text);
  }
}

/** In whole seconds, as HTTP requires. */
function retryAfterSeconds({ retryAfterMs }: ErrorAnswer): string | undefined {
  return retryAfterMs === undefined ? undefined : String(Math.ceil(retryAfterMs / 1000));
}

function bodyOf({ code, message, issues }: ErrorAnswer): object {
  return {
    ...(code === undefined ? {} : { code }),
    message,
    ...(issues === undefined ? {} : { issues }),
  };
}

/** In the form of Nest's own errors for microservices and sockets. */
function remoteBodyOf(answer: ErrorAnswer): object {
  const { retryable, retryAfterMs } = answer;
  return {
    status: 'error',
    ...bodyOf(answer),
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Like Nest's own filter; `ws` has no named events. */
function tell(client: WebSocketClient, data: object): void {
  if (client.readyState === undefined) client.emit('exception', data);
  else client.send(JSON.stringify({ event: 'exception', data }));
}
