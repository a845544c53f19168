import { Catch } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { toRpcError } from './rpc-errors.js';

/**
 * Exception filter for controllers with `@MessagePattern`: an `HttpException` or a `CatgaError` reaches the client, where Nest alone
 * says `Internal server error`. All other errors are treated as Nest does.
 *
 * @publicApi
 */
@Catch()
export class CatgaRpcExceptionFilter extends BaseRpcExceptionFilter {
  override catch(exception: Error, host: ArgumentsHost): Observable<unknown> {
    const known = toRpcError(exception);
    return known === undefined ? super.catch(exception, host) : throwError(() => known);
  }
}
