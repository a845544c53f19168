import { z } from 'zod';

/** Settings from the environment. */
export interface Settings {
  /** HTTP port; 0 for any free port. */
  readonly port: number;
  /** Address to listen on; undefined for all addresses. */
  readonly host: string | undefined;
  /** The pause before a failed event is handled again, in milliseconds; each further one is twice as long. */
  readonly retryDelayMs: number;
  /** Demo: how many of the first shipping mails fail; Infinity for all. */
  readonly shippingMailFailures: number;
  /** Demo: how long every command takes, in milliseconds. */
  readonly commandDelayMs: number;
  /** Time to keep serving, not ready, after the stop signal, in milliseconds. */
  readonly shutdownDelayMs: number;
  /** Storage of orders: memory, or PostgreSQL tables. */
  readonly storage: 'memory' | 'sql';
  /** URL of PostgreSQL; undefined for PGlite, with its data in `dataFolder`. */
  readonly databaseUrl: string | undefined;
  /** Folder of the data of PGlite. */
  readonly dataFolder: string;
  /** URL of NATS, where this process is a node of a cluster; undefined for one process alone. */
  readonly natsUrl: string | undefined;
  /** Demo: how long a committed event waits before it is sent, in milliseconds. */
  readonly relayDelayMs: number;
}

/** Injection token of the settings. */
export const SETTINGS: unique symbol = Symbol('SETTINGS');

const wholeNumber = (max: number) => {
  const message = `must be a whole number from 0 to ${max}`;
  const digits = z.string().regex(/^\d{1,10}$/, message);
  return digits.transform(Number).refine((value) => value <= max, message);
};

const schema = z.object({
  PORT: wholeNumber(65_535).default(3000),
  HOST: z.string().min(1, 'must be an address').optional(),
  RETRY_DELAY_MS: wholeNumber(60_000).default(500),
  FAIL_SHIPPING_MAIL: z
    .string()
    .regex(/^(\d{1,6}|always)$/, "must be how many of the first mails fail, or 'always'")
    .transform((mails) => (mails === 'always' ? Infinity : Number(mails)))
    .default(0),
  COMMAND_DELAY_MS: wholeNumber(60_000).default(0),
  SHUTDOWN_DELAY_MS: wholeNumber(60_000).default(0),
  STORAGE: z.enum(['memory', 'sql'], "must be 'memory' or 'sql'").default('memory'),
  DATABASE_URL: z.string().min(1, 'must be the URL of a PostgreSQL').optional(),
  DATA_FOLDER: z.string().min(1, 'must be a folder').default('orders-data'),
  CLUSTER: z.string().min(1, 'must be the URL of NATS').optional(),
  RELAY_DELAY_MS: wholeNumber(600_000).default(0),
});

/** Reads the environment. Throws one error that lists all invalid variables. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = path.map(String).join('.');
      return `${name} ${message}, not '${environment[name]}'`;
    });
    throw new SettingsError(problems.join('; '));
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    retryDelayMs: data.RETRY_DELAY_MS,
    shippingMailFailures: data.FAIL_SHIPPING_MAIL,
    commandDelayMs: data.COMMAND_DELAY_MS,
    shutdownDelayMs: data.SHUTDOWN_DELAY_MS,
    storage: data.STORAGE,
    databaseUrl: data.DATABASE_URL,
    dataFolder: data.DATA_FOLDER,
    natsUrl: data.CLUSTER,
    relayDelayMs: data.RELAY_DELAY_MS,
  };
}

/** Error for invalid environment variables. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
