import { ForbiddenException, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';

/** What requests of Express and Fastify have in common that says where they come from. */
export interface ReceivedRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string };
}

/** Says that a request came through a proxy: then its peer is the proxy. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
const LOCAL_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const LOCAL_PEER = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i;

/**
 * Guard that serves clients on the same machine only, as routes do that have none of yours: not by what a proxy says of its
 * client, and not under a name that somebody else has made to mean this machine (DNS rebinding). Others get 403.
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
      'This has no guard, so only clients on its own machine are served: set the option guards.',
    );
  }
}
