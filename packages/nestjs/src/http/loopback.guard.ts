import { ForbiddenException, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';

/** Common part of requests of Express and Fastify that shows their origin. */
export interface ReceivedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string };
}

/** Headers of a request through a proxy, whose peer is the proxy. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
const LOCAL_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const LOCAL_PEER = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i;

/**
 * Guard that serves only clients on the same machine; the default of routes without your guards. It refuses proxied requests, and host
 * names that are not of this machine (DNS rebinding), with 403.
 *
 * @publicApi
 */
@Injectable()
export class LoopbackGuard implements CanActivate {
  /** Whether a request of Express or Fastify is from this machine. */
  static allows({ headers, socket }: ReceivedRequest): boolean {
    const { host } = headers;
    return (
      LOCAL_PEER.test(socket?.remoteAddress ?? '') &&
      typeof host === 'string' &&
      LOCAL_NAME.test(host) &&
      FORWARDED.every((name) => headers[name] === undefined)
    );
  }

  canActivate(context: ExecutionContext): boolean {
    if (LoopbackGuard.allows(context.switchToHttp().getRequest<ReceivedRequest>())) return true;
    throw new ForbiddenException(
      'Without guards only clients on the same machine are served: set the option guards.',
    );
  }
}
