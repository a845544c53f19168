import { propagation } from '@opentelemetry/api';
import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api';

/** Headers of a message, received or given by a caller. */
type Headers = Readonly<Record<string, string | undefined>>;

const getter: TextMapGetter<Headers> = {
  get: (headers, name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
  keys: (headers) => Object.keys(headers),
};

const setter: TextMapSetter<Record<string, string>> = {
  set(headers, name, value) {
    headers[name] = value;
  },
};

/** Extracts the trace context of a message's headers. */
export function fromHeaders(context: Context, headers: Headers): Context {
  return propagation.extract(context, headers, getter);
}

/** Injects a trace context into headers, replacing an existing one. */
export function withHeaders(context: Context, headers?: Headers): Headers {
  if (headers === undefined) return injectedOf(context);
  const replaced = new Set(propagation.fields());
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name));
  return { ...Object.fromEntries(kept), ...injectedOf(context) };
}

function injectedOf(context: Context): Headers {
  const injected: Record<string, string> = {};
  propagation.inject(context, injected, setter);
  return injected;
}
