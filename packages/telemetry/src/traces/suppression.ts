import { createContextKey } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';

/** Key by which every SDK for JavaScript knows that nothing is to be traced: that of `suppressTracing` in `@opentelemetry/core`. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** A context in which no span is made: for what an engine does with its broker's client. */
export function suppressed(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true);
}

/** The context for user code that runs inside of a suppressed one. */
export function unsuppressed(context: Context): Context {
  return isSuppressed(context) ? context.deleteValue(SUPPRESS_TRACING) : context;
}

export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}
