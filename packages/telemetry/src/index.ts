export { openTelemetry } from './open-telemetry.js';
export type { OpenTelemetryOptions } from './open-telemetry.js';
export type { EventTraces } from './traces/span-tracer.js';
