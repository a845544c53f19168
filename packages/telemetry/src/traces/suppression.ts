import { createContextKey } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';

/** Context key that suppresses tracing in every SDK for JavaScript: that of `suppressTracing` in `@opentelemetry/core`. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Context in which no spans are created, for an engine's calls of its broker client. */
export function suppressed(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true);
}

/** Context for user code inside a suppressed one. */
export function unsuppressed(context: Context): Context {
  return isSuppressed(context) ? context.deleteValue(SUPPRESS_TRACING) : context;
}

export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}
