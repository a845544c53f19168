import { checkedOptions, refusingBeside } from '@catga/core/engine';
import { z } from 'zod';
import type { NatsClientConnection } from '../connection/client-connection.js';
import { MOST_LANES } from '../lanes/lane-stream.js';
import type { NatsDurableOptions, NatsEngineOptions, NatsTlsOptions } from './nats-engine-options.js';
import { parseServerAddresses } from './server-addresses.js';
import type { ServerAddresses } from './server-addresses.js';

/** {@link NatsEngineOptions}, validated, with defaults and parsed addresses. */
export interface ResolvedNatsOptions {
  readonly addresses: ServerAddresses;
  readonly connection?: NatsClientConnection;
  readonly name?: string;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly credentialsFile?: string;
  readonly nkeySeed?: string;
  readonly tls?: boolean | NatsTlsOptions;
  readonly reconnect: {
    readonly maxAttempts: number;
    readonly waitMs: number;
    readonly jitterMs: number;
    readonly maxBufferedBytes: number;
  };
  readonly waitOnStart: boolean;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly replicas: 1 | 3 | 5;
  readonly durable: ResolvedDurableOptions;
  readonly inboxPrefix?: string;
}

/** {@link NatsDurableOptions}, validated, with defaults. */
export type ResolvedDurableOptions = Readonly<Required<Omit<NatsDurableOptions, 'maxBytes'>>> &
  Pick<NatsDurableOptions, 'maxBytes'>;

const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DEFAULT_SERVER = 'nats://127.0.0.1:4222';

const text = z.string().min(1);
const timerMs = z.int().min(1).max(LONGEST_TIMER_MS);
const methods = ['publish', 'subscribe', 'flush', 'status', 'closed', 'isClosed', 'drain', 'close'] as const;
const isConnection = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof (value as Readonly<Record<string, unknown>>)[method] === 'function');

const tls = z.strictObject({
  ca: text.optional(),
  caFile: text.optional(),
  cert: text.optional(),
  certFile: text.optional(),
  key: text.optional(),
  keyFile: text.optional(),
  handshakeFirst: z.boolean().optional(),
  rejectUnauthorized: z.boolean().optional(),
});

const reconnect = z
  .strictObject({
    maxAttempts: z.int().min(-1).default(-1),
    waitMs: timerMs.default(500),
    jitterMs: z.int().min(0).max(LONGEST_TIMER_MS).default(200),
    maxBufferedBytes: z
      .int()
      .min(0)
      .default(8 * 1024 * 1024),
  })
  .prefault({});

const DAY_MS = 24 * 60 * 60 * 1000;
/** Minimum age and deduplication window of JetStream: 100 ms. */
const streamMs = z.int().min(100);

const durable = z
  .strictObject({
    storage: z.enum(['file', 'memory'], { error: "must be 'file' or 'memory'" }).default('file'),
    maxAgeMs: streamMs.default(7 * DAY_MS),
    maxBytes: z.int().min(1).optional(),
    duplicateWindowMs: streamMs.default(120_000),
    ackWaitMs: z.int().min(100).max(LONGEST_TIMER_MS).default(30_000),
    maxUnsettled: z.int().min(1).default(10_000),
    maxPendingAcks: z.int().min(1).default(4096),
    lanes: z.int().min(1).max(MOST_LANES).default(16),
  })
  .superRefine(({ maxAgeMs, duplicateWindowMs }, context) => {
    if (duplicateWindowMs <= maxAgeMs) return;
    const message = 'must not be longer than maxAgeMs, because removed messages cannot be deduplicated';
    context.addIssue({ code: 'custom', path: ['duplicateWindowMs'], message });
  })
  .prefault({});

const addresses = z
  .union([text, z.array(text).min(1)], { error: 'must be an address or a list of addresses' })
  .default(DEFAULT_SERVER)
  .transform((servers, context): ServerAddresses => {
    const parsed = parseServerAddresses(typeof servers === 'string' ? [servers] : servers);
    if (!('problems' in parsed)) return parsed;
    for (const { index, message } of parsed.problems) {
      context.addIssue({ code: 'custom', path: typeof servers === 'string' ? [] : [index], message });
    }
    return z.NEVER;
  });

/** Connection options, which cannot be combined with an existing connection. */
const OF_CONNECTING = [
  'servers',
  'name',
  'user',
  'pass',
  'token',
  'credentialsFile',
  'nkeySeed',
  'tls',
  'waitOnStart',
  'connectTimeoutMs',
] as const;

const schema = z
  .strictObject({
    servers: addresses,
    connection: z
      .custom<NatsClientConnection>(isConnection, 'must be a connection of @nats-io/transport-node or nats')
      .optional(),
    name: text.optional(),
    user: text.optional(),
    pass: z.string().optional(),
    token: text.optional(),
    credentialsFile: text.optional(),
    nkeySeed: text.optional(),
    tls: z.union([z.boolean(), tls], { error: 'must be true, false or TLS options' }).optional(),
    reconnect,
    waitOnStart: z.boolean().default(false),
    connectTimeoutMs: timerMs.default(5000),
    requestTimeoutMs: timerMs.default(10_000),
    replicas: z.union([z.literal(1), z.literal(3), z.literal(5)], { error: 'must be 1, 3 or 5' }).default(1),
    durable,
    inboxPrefix: z
      .string()
      .regex(/^[^\s.*>]+(\.[^\s.*>]+)*$/, 'must be a subject without wildcards')
      .optional(),
  })
  .superRefine(({ servers, ...options }, context) => {
    const issue = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const ways = [
      options.user !== undefined || servers.user !== undefined,
      options.token !== undefined || servers.token !== undefined,
      options.credentialsFile !== undefined,
      options.nkeySeed !== undefined,
    ].filter(Boolean).length;
    if (ways > 1)
      issue('servers', 'only one of user and pass, token, credentialsFile and nkeySeed may be given');
    if ((options.user === undefined) !== (options.pass === undefined)) {
      issue(options.user === undefined ? 'user' : 'pass', 'user and pass must be given together');
    }
    if (options.tls === false && servers.isTls) issue('tls', 'is false, but an address requires TLS');
  });

/**
 * Validates the options and fills in defaults.
 * @throws CatgaError `CATGA_CONFIGURATION` with every problem, without values
 */
export function resolveNatsOptions(
  given: string | readonly string[] | NatsEngineOptions | undefined,
): ResolvedNatsOptions {
  const options = isServers(given) ? { servers: given } : (given ?? {});
  const checked = refusingBeside(schema, options, 'connection', OF_CONNECTING);
  const { servers, ...resolved } = checkedOptions('The NATS engine', checked, options);
  return Object.freeze({ ...resolved, addresses: servers });
}

function isServers(given: unknown): given is string | readonly string[] {
  return typeof given === 'string' || Array.isArray(given);
}
