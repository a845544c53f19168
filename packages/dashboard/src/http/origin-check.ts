import { headerOf } from './http-request.js';
import type { HttpRequest } from './http-request.js';

/** The header that the page sends with each action; a form of another site cannot. */
export const ACTION_HEADER = 'x-catga-dashboard';

/**
 * Why a request may come from another site; undefined if it does not. Navigation to the page is allowed, because the other site cannot read
 * it.
 */
export function crossSiteProblem(request: HttpRequest, isNavigation: boolean): string | undefined {
  const site = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  const isForeign =
    site === undefined
      ? origin !== undefined && hostOf(origin) !== headerOf(request, 'host')
      : site !== 'same-origin' && site !== 'none';
  if (isForeign && !isNavigation) return 'The request was caused by another site.';
  return request.method === 'GET' || request.method === 'HEAD' ? undefined : actionProblem(request);
}

function actionProblem(request: HttpRequest): string | undefined {
  if (headerOf(request, ACTION_HEADER) !== '1') return `An action needs the header ${ACTION_HEADER}: 1.`;
  const type = headerOf(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? undefined : 'An action needs the content type application/json.';
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
