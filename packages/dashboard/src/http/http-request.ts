/** What requests of Express and Fastify have in common, and where they keep that of Node.js. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** As the client sent it, on Express below a router. */
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string; readonly end?: () => unknown };
}

/** What responses have in common; on Fastify, `raw` is that of Node.js. */
export interface HttpResponse {
  once(event: 'finish', listener: () => void): unknown;
  readonly raw?: HttpResponse;
}

/** The first value of a header. */
export function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}
