import { Injectable, UseInterceptors } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import type { MessageContext } from '@catga/nestjs';
import { READ_AFTER } from '@catga/core/engine';
import { ReadBarrier } from './read-barrier.js';
import { projectionOptionsOf } from './projection.decorator.js';

/**
 * Decorator of a request handler (class or method): it reads these projections. A request sent with `{ after }` waits, on the answering
 * node, until they have handled that event.
 *
 * @example `@Reads(Balances) @RequestHandler(GetBalance)`
 * @param projections classes with `@Projection`, or names of projections
 * @publicApi
 */
export function Reads(
  ...projections: readonly (string | (abstract new (...args: never[]) => object))[]
): ClassDecorator & MethodDecorator {
  const names = projections.map((one) => {
    const name = typeof one === 'string' ? one : projectionOptionsOf(one)?.name;
    if (name !== undefined) return name;
    throw new TypeError(`@Reads takes names or classes of projections, and ${String(one)} is none.`);
  });
  if (names.length === 0) throw new TypeError('@Reads takes at least one projection.');
  return UseInterceptors(interceptorFor(names));
}

function interceptorFor(names: readonly string[]): Type<NestInterceptor> {
  @Injectable()
  class ReadsInterceptor implements NestInterceptor {
    constructor(private readonly barrier: ReadBarrier) {}

    async intercept(
      context: ExecutionContext,
      next: CallHandler,
    ): Promise<ReturnType<CallHandler['handle']>> {
      const { headers, signal } = context.getArgByIndex<MessageContext>(1);
      const after = headers[READ_AFTER];
      if (after !== undefined) await this.barrier.passed(names, after, signal);
      return next.handle();
    }
  }
  return ReadsInterceptor;
}
