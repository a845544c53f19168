import { LABEL } from '../contracts/label.js';
import { z } from 'zod';
import { CatgaError } from '../errors/catga-error.js';
import { memory } from '../memory/memory-engine.js';
import { problemOfErrorMatch } from '../contracts/error-match.js';
import type { ErrorMatch } from '../contracts/error-match.js';
import { isPolicy, problemOfPolicies } from '../contracts/policy.js';
import type { ModuleBehaviorOption } from '../contracts/send-behavior.js';
import { COMMAND_QUEUES } from '../ports/durable-log.js';
import type { Engine } from '../ports/engine.js';
import type { MessageTracer } from '../ports/message-tracer.js';
import type { Outbox } from '../ports/outbox-store.js';
import type { Serializer } from '../ports/serializer.js';
import { ROUTING_STRATEGY_NAMES } from '../routing/resolve-routing-strategy.js';
import type { RoutingStrategy } from '../routing/routing-strategy.js';
import { json } from '../wire/json-serializer.js';
import type { CatgaOptions, ResolvedCatgaOptions } from './catga-options.js';
import { describeIssue } from './option-issues.js';
import { MAX_TIMER_MS, backoff, count, timerMs } from './option-values.js';

const durationMs = z.number().positive();
const countOrInfinity = z.union([count, z.literal(Infinity)], {
  error: 'must be a whole number above 0, or Infinity',
});
/** Names that every broker accepts in a subject or key without encoding. */
const label = z.string().regex(LABEL, 'must be 1 to 64 letters, digits, hyphens or underscores');

const has = (value: unknown, ...methods: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof (value as Readonly<Record<string, unknown>>)[method] === 'function');

const errorMatches = z.array(
  z.unknown().transform((match, context) => {
    const message = problemOfErrorMatch(match);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
    return match as ErrorMatch;
  }),
);

const schema = z.strictObject({
  engine: z
    .custom<Engine>((value) => has(value, 'connect'), 'must be an engine, such as memory()')
    .optional(),
  service: label
    .refine(
      (name) => name !== COMMAND_QUEUES,
      `must not be '${COMMAND_QUEUES}', which names the queues of commands`,
    )
    .default('app'),
  namespace: label.default('catga'),
  nodeId: label.optional(),
  endpoint: z.url().optional(),
  metadata: z.record(z.string(), z.string()).default({}),
  propagatedHeaders: z
    .array(z.string().min(1, 'must be the name of a header'))
    .default(['traceparent', 'tracestate', 'baggage']),
  role: z.enum(['node', 'tool'], { error: "must be 'node' or 'tool'" }).default('node'),
  admin: z
    .strictObject({
      describe: z.boolean().default(true),
      stats: z.boolean().default(true),
      failures: z.boolean().default(true),
      tap: z.boolean().default(true),
      traffic: z.boolean().default(true),
      sagas: z.boolean().default(true),
      projections: z.boolean().default(true),
    })
    .prefault({}),
  heartbeat: z
    .strictObject({ intervalMs: timerMs.default(5_000), timeoutMs: timerMs.default(15_000) })
    .refine(({ intervalMs, timeoutMs }) => timeoutMs > intervalMs, {
      path: ['timeoutMs'],
      error: 'must be more than heartbeat.intervalMs',
    })
    .prefault({}),
  routing: z
    .union(
      [
        z.enum(ROUTING_STRATEGY_NAMES),
        z.custom<RoutingStrategy>((value) => has(value, 'select'), 'must have a method select'),
      ],
      { error: `must be one of ${ROUTING_STRATEGY_NAMES.join(', ')}, or a routing strategy` },
    )
    .default('local-first'),
  remote: z.enum(['all', 'named'], { error: "must be 'all' or 'named'" }).default('all'),
  inheritance: z
    .enum(['none', 'nearest', 'all'], { error: "must be 'none', 'nearest' or 'all'" })
    .default('none'),
  request: z
    .strictObject({
      timeoutMs: timerMs.optional(),
      retransmitMs: timerMs.default(500),
      maxAttempts: count.default(4),
    })
    .prefault({}),
  concurrency: z
    .strictObject({
      maxInFlight: countOrInfinity.default(Infinity),
      maxQueued: z.union([z.literal(0), countOrInfinity]).default(10_000),
      queueTimeoutMs: timerMs.default(30_000),
    })
    .prefault({}),
  retry: z
    .strictObject({
      maxAttempts: count.default(5),
      initialDelayMs: backoff.initialDelayMs.default(100),
      maxDelayMs: backoff.maxDelayMs.default(30_000),
      multiplier: backoff.multiplier.default(2),
      jitter: backoff.jitter.default(true),
    })
    .prefault({}),
  idempotency: z
    .strictObject({ ttlMs: durationMs.default(24 * 60 * 60 * 1000), leaseMs: timerMs.default(30_000) })
    .prefault({}),
  outcomes: z.strictObject({ only: errorMatches.optional(), except: errorMatches.default([]) }).prefault({}),
  deadLetterOn: errorMatches.default([]),
  deadLetters: z.strictObject({ ttlMs: durationMs.default(30 * 24 * 60 * 60 * 1000) }).prefault({}),
  outbox: z
    .custom<Outbox>(
      (value) => has(value, 'open') && has((value as Outbox).capabilities),
      'must be an outbox, such as memoryOutbox()',
    )
    .optional(),
  limits: z
    .strictObject({ maxPayloadBytes: count.default(1024 * 1024), maxHeaderBytes: count.default(16 * 1024) })
    .prefault({}),
  serializer: z
    .custom<Serializer>((value) => has(value, 'encode', 'decode'), 'must be a serializer, such as json()')
    .optional(),
  behaviors: z
    .array(
      z.custom<ModuleBehaviorOption>(
        (value) => typeof value === 'function' || has(value, 'handle') || isPolicy(value),
        'must be a behavior, a behavior class or a policy',
      ),
    )
    .superRefine((behaviors, context) => {
      const message = problemOfPolicies(behaviors);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .default([]),
  telemetry: z
    .array(
      z.custom<MessageTracer>(
        (value) => typeof value === 'object' && value !== null,
        'must be a tracer, such as openTelemetry() of @catga/telemetry',
      ),
    )
    .default([]),
  health: z
    .strictObject({ graceMs: z.number().int().nonnegative().max(MAX_TIMER_MS).default(10_000) })
    .prefault({}),
  shutdown: z
    .strictObject({
      delayMs: z.number().int().nonnegative().max(MAX_TIMER_MS).default(0),
      drainTimeoutMs: z.number().int().nonnegative().max(MAX_TIMER_MS).default(10_000),
    })
    .prefault({}),
});

/** Validates options and fills in defaults. `CATGA_CONFIGURATION` lists every problem with the path of the option. */
export function resolveCatgaOptions(options: CatgaOptions = {}): ResolvedCatgaOptions {
  const parsed = schema.safeParse(options);
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap(describeIssue);
    throw new CatgaError(
      'CATGA_CONFIGURATION',
      `Wrong options: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
      { details: { issues } },
    );
  }
  const { data } = parsed;
  return deepFreeze({
    ...data,
    engine: data.engine ?? memory(),
    nodeId: data.nodeId ?? `${data.service.slice(0, 48)}-${crypto.randomUUID().slice(0, 8)}`,
    endpoint: data.endpoint,
    outbox: data.outbox,
    outcomes: { ...data.outcomes, only: data.outcomes.only },
    request: { ...data.request, timeoutMs: data.request.timeoutMs },
    serializer: data.serializer ?? json(),
  });
}

/** Freezes the options, but not the user's objects in them: engine, outbox, serializer, behaviors. */
function deepFreeze(options: ResolvedCatgaOptions): ResolvedCatgaOptions {
  const ofTheUser = new Set<unknown>([options.engine, options.outbox, options.serializer]);
  for (const value of Object.values(options) as unknown[]) {
    const isPlain =
      typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    if (isPlain && !ofTheUser.has(value)) Object.freeze(value);
  }
  Object.freeze(options.behaviors);
  Object.freeze(options.telemetry);
  Object.freeze(options.propagatedHeaders);
  Object.freeze(options.deadLetterOn);
  return Object.freeze(options);
}
