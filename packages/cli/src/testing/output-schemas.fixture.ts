import { z } from 'zod';

/** What the program writes with `--output json`: scripts depend on it. A change here is one that users see. */
const load = z.strictObject({
  inFlight: z.number(),
  queued: z.number(),
  unanswered: z.number(),
  handled: z.number(),
});
const names = z.array(z.string());

export const node = z.strictObject({
  nodeId: z.string(),
  service: z.string(),
  endpoint: z.string().optional(),
  incarnation: z.number(),
  handles: names,
  subscribes: names,
  subscribesAsNode: names,
  sends: names,
  publishes: names,
  load,
  protocolVersion: z.number(),
  serializer: z.string(),
  metadata: z.record(z.string(), z.string()),
  status: z.enum(['alive', 'suspected']),
});

export const nodeChange = z.strictObject({ type: z.enum(['joined', 'updated', 'suspected', 'left']), node });

export const shownNode = z.strictObject({
  node,
  description: z.strictObject({
    node,
    engine: z.string(),
    runtime: z.string(),
    pid: z.number(),
    startedAtMs: z.number(),
    requests: z.array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['command', 'query']),
        qos: z.number(),
        handler: z.string(),
        timeoutMs: z.number().optional(),
      }),
    ),
    events: z.array(
      z.strictObject({
        name: z.string(),
        qos: z.number(),
        handlers: z.array(z.strictObject({ name: z.string(), scope: z.enum(['service', 'node']) })),
      }),
    ),
    subscriptions: z.array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(['command', 'event']),
        names,
        concurrency: z.number(),
      }),
    ),
  }),
  stats: z.strictObject({
    nowMs: z.number(),
    startedAtMs: z.number(),
    load,
    memoryBytes: z.number(),
    failures: z.record(z.string(), z.number()),
  }),
});

export const subscription = z.strictObject({
  id: z.string(),
  kind: z.enum(['command', 'event']),
  names,
  waiting: z.number(),
  isPaused: z.boolean(),
  lag: z
    .strictObject({
      due: z.number(),
      delayed: z.number(),
      handling: z.number(),
      oldestDueMs: z.number().optional(),
    })
    .optional(),
  lanes: z
    .array(
      z.strictObject({
        lane: z.number(),
        owner: z.string().optional(),
        epoch: z.number(),
        floor: z.number(),
        last: z.number(),
      }),
    )
    .optional(),
});

export const queuedCommand = z.strictObject({
  name: z.string(),
  messageId: z.string(),
  key: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  correlationId: z.string(),
  originNodeId: z.string(),
  enqueuedAt: z.iso.datetime(),
  state: z.enum(['waiting', 'delayed', 'running']),
  dueAt: z.iso.datetime().optional(),
});

export const takenCommand = z.strictObject({
  name: z.string(),
  messageId: z.string(),
  state: z.enum(['cancelled', 'rescheduled']),
});

const error = z.strictObject({
  name: z.string(),
  message: z.string(),
  code: z.union([z.string(), z.number()]).optional(),
  cause: z.unknown().optional(),
  errors: z.unknown().optional(),
});
const failure = { error, attempts: z.number(), nodeId: z.string(), failedAt: z.iso.datetime() };

export const deadLetter = z.strictObject({
  ...failure,
  id: z.string(),
  messageId: z.string(),
  name: z.string(),
  kind: z.enum(['command', 'event']),
  subscription: z.string(),
  message: z.unknown(),
  body: z.base64(),
  headers: z.record(z.string(), z.string()),
  key: z.string().optional(),
  correlationId: z.string(),
  causationId: z.string().optional(),
  originNodeId: z.string(),
  sentAt: z.iso.datetime(),
  history: z.array(z.strictObject({ ...failure, leftOut: z.number().optional() })),
  redrivenIn: z.string().optional(),
  holdsKey: z.literal(true).optional(),
});

const sagaStatus = z.enum(['running', 'compensating', 'completed', 'compensated', 'stuck']);

export const saga = z.strictObject({
  saga: z.string(),
  id: z.string(),
  status: sagaStatus,
  revision: z.number(),
  startedAtMs: z.number(),
  changedAtMs: z.number(),
  reason: z.string().optional(),
  problem: z.string().optional(),
});

export const shownSaga = saga.extend({
  version: z.number(),
  state: z.unknown(),
  waitsFor: names,
  undo: names,
  history: z.array(z.strictObject({ atMs: z.number(), input: z.string(), sent: names, status: sagaStatus })),
});

export const steeredSaga = z.strictObject({
  saga: z.string(),
  id: z.string(),
  action: z.enum(['retry', 'compensate', 'complete']),
  reason: z.string().optional(),
});

export const schedule = z.strictObject({
  name: z.string(),
  command: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  catchUp: z.enum(['last', 'all', 'none']),
  lastTickMs: z.number().optional(),
  nextMs: z.array(z.number()),
});

export const projection = z.strictObject({
  projection: z.string(),
  service: z.string(),
  version: z.number(),
  build: z.number(),
  role: z.enum(['building', 'live', 'replaced']),
  status: z.enum(['running', 'paused', 'stopped']),
  problem: z.string().optional(),
  checkpoint: z.string().optional(),
  eventsBehind: z.number(),
  behindMs: z.number(),
  changedAtMs: z.number(),
});

export const shownProjection = z.strictObject({
  projection: z.string(),
  service: z.string(),
  builds: z.array(projection),
});

export const steeredProjection = z.strictObject({
  projection: z.string(),
  action: z.enum(['pause', 'resume', 'rebuild']),
  service: z.string().optional(),
  version: z.number().optional(),
});

export const letterGroup = z.strictObject({
  subscription: z.string(),
  name: z.string(),
  error,
  count: z.number(),
  oldestFailedAt: z.iso.datetime(),
  exampleId: z.string(),
});

export const batch = z.strictObject({
  succeeded: z.number(),
  failed: z.number(),
  failures: z.array(z.strictObject({ id: z.string(), error })),
});

export const topology = z.strictObject({
  services: z.array(z.strictObject({ service: z.string(), nodes: names, handles: names })),
  edges: z.array(
    z.strictObject({
      from: z.string(),
      to: z.string(),
      name: z.string(),
      kind: z.enum(['request', 'event', 'reliable event']),
    }),
  ),
});

export const handled = z.strictObject({
  nodeId: z.string(),
  sequence: z.number(),
  atMs: z.number(),
  name: z.string(),
  kind: z.enum(['command', 'query', 'event']),
  messageId: z.string(),
  handler: z.string(),
  originNodeId: z.string(),
  attempt: z.number(),
  durationMs: z.number(),
  error: error.optional(),
});

export const check = z.strictObject({
  check: z.enum(['lag', 'nodes', 'dlq']),
  state: z.enum(['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']),
  problem: z.string().optional(),
  values: z.array(
    z.strictObject({
      metric: z.string(),
      labels: z.record(z.string(), z.string()),
      value: z.number(),
      thresholds: z.strictObject({ warn: z.number(), crit: z.number(), isFloor: z.boolean() }),
      state: z.enum(['OK', 'WARNING', 'CRITICAL']),
    }),
  ),
});

export const finding = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  subject: z.string(),
  text: z.string(),
  remedy: z.string(),
});

export const context = z.strictObject({
  name: z.string(),
  url: z.string(),
  namespace: z.string(),
  login: z.string().optional(),
  isSelected: z.boolean(),
});

export const contractChange = z.strictObject({
  code: z.string(),
  message: z.string(),
  isBreaking: z.boolean(),
  text: z.string(),
});
