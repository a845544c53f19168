import { ForbiddenException, Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { LoopbackGuard } from '@catga/nestjs';
import { DASHBOARD_OPTIONS } from '../options/dashboard-options.token.js';
import type { ResolvedDashboardOptions } from '../options/dashboard-options.js';
import { LiveUpdates } from '../live/live-updates.js';
import type { HttpRequest, HttpResponse } from './http-request.js';
import { crossSiteProblem } from './origin-check.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Marks routes that browsers navigate to. */
export const Navigable = Reflector.createDecorator<boolean>();

/** Guard that runs before the user's guards: sets security headers, checks locality and origin, and enforces the read-only mode. */
@Injectable()
export class DashboardGuard implements CanActivate {
  constructor(
    @Inject(DASHBOARD_OPTIONS) private readonly options: ResolvedDashboardOptions,
    private readonly host: HttpAdapterHost,
    private readonly reflector: Reflector,
    private readonly live: LiveUpdates,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      this.host.httpAdapter.setHeader(http.getResponse(), name, value);
    this.endConnectionOnStop(request, http.getResponse());
    const problem = this.problem(request, this.reflector.get(Navigable, context.getHandler()));
    if (problem !== undefined) throw new ForbiddenException(problem);
    return true;
  }

  /**
   * Closes the connection while the server stops: it waits for every connection, and a browser that keeps reopening the event stream would
   * hold its own forever.
   */
  private endConnectionOnStop(request: HttpRequest, response: HttpResponse): void {
    if (this.live.areStopped) this.host.httpAdapter.setHeader(response, 'Connection', 'close');
    (response.raw ?? response).once('finish', () => {
      if (this.live.areStopped) request.socket?.end?.();
    });
  }

  private problem(request: HttpRequest, isNavigation: boolean): string | undefined {
    const { guards, readOnly } = this.options;
    if (guards.length === 0 && !LoopbackGuard.allows(request))
      return 'The dashboard has no guard, so it serves browsers on its own machine only: set the option guards of CatgaDashboardModule.';
    const problem = crossSiteProblem(request, isNavigation);
    if (problem !== undefined) return problem;
    return readOnly && request.method === 'POST' ? 'The dashboard is read-only.' : undefined;
  }
}
