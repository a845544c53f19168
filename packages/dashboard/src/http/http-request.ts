/** Common part of requests of Express and Fastify, and their Node.js request. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** Original URL, on Express below a router. */
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string; readonly end?: () => unknown };
}

/** Common part of responses; on Fastify, `raw` is the Node.js response. */
export interface HttpResponse {
  once(event: 'finish', listener: () => void): unknown;
  readonly raw?: HttpResponse;
}

/** The first value of a header. */
export function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}
