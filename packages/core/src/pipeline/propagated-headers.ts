import type { MessageHeaders } from '../contracts/headers.js';
import type { Cause } from './handler-context.js';

interface WithHeaders {
  readonly headers?: MessageHeaders;
}

/** The headers that a message passes on to the messages which its handler sends through its context. */
export class PropagatedHeaders {
  constructor(private readonly names: readonly string[]) {}

  /** The options with those of the cause. A header that the handler gives itself stays. */
  in<O extends WithHeaders>(options: O, cause: Cause | undefined): O {
    if (cause === undefined) return options;
    let headers: Record<string, string> | undefined;
    for (const name of this.names) {
      if (!Object.hasOwn(cause.headers, name)) continue;
      const value = cause.headers[name];
      if (value !== undefined) (headers ??= {})[name] = value;
    }
    return headers === undefined ? options : { ...options, headers: { ...headers, ...options.headers } };
  }
}
