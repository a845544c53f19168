import { headerOf } from './http-request.js';
import type { HttpRequest } from './http-request.js';

/** Says that a request came through a proxy: then its peer is the proxy. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
const LOCAL_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const LOCAL_PEER = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i;

/**
 * Whether a browser on this machine asks. Not by what a proxy says of its client, and not under a name that somebody else has made
 * to mean this machine (DNS rebinding).
 */
export function isFromThisMachine(request: HttpRequest): boolean {
  return (
    LOCAL_PEER.test(request.socket?.remoteAddress ?? '') &&
    LOCAL_NAME.test(headerOf(request, 'host') ?? '') &&
    FORWARDED.every((name) => headerOf(request, name) === undefined)
  );
}
