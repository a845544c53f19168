import { Catch } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { toRpcError } from './rpc-errors.js';

/**
 * Exception filter for controllers with `@MessagePattern`: passes an `HttpException` or a `CatgaError` to the client, instead of Nest's
 * `Internal server error`. Other errors are handled as by Nest.
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
