import { parseArgs } from 'node:util';

/** The engines that a cluster runs on. */
export const ENGINES = ['nats', 'redis'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What the user wants. */
export interface ConductorOptions {
  readonly engine: EngineName;
  /** Without a terminal: load, two kills, a rolling restart, a summary. */
  readonly isScript: boolean;
  /** How long the script keeps the load up, in seconds. */
  readonly seconds: number;
  /** Commands a second. */
  readonly rate: number;
  /** Where the gateway serves HTTP; 0 for any free port. */
  readonly port: number;
  /** The first port where processes serve their metrics, to the whole network; 0 for any free ports, for this machine only. */
  readonly metricsPort: number;
}

export const USAGE = `npm run cluster -- [options]

  --engine <e>   nats or redis (nats)
  --script       without a terminal: load, two SIGKILLs, one rolling restart, a summary; exit status 1 if it failed
  --seconds <n>  how long the script keeps the load up (30)
  --rate <n>     commands a second (200)
  --port <n>     where the gateway serves HTTP (any free port)
  --metrics-port <n>
                 the first of four ports where processes serve /metrics, to the whole network
                 (any free ports, for this machine only)
  --help

NATS_URL or REDIS_URL names a broker that is running already.`;

/** Undefined if help is asked for. Throws an error that says what is wrong. */
export function readConductorOptions(args: readonly string[]): ConductorOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: 'nats' },
      script: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '30' },
      rate: { type: 'string', default: '200' },
      port: { type: 'string', default: '0' },
      'metrics-port': { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    engine: engineName(values.engine),
    isScript: values.script,
    seconds: wholeNumber('seconds', values.seconds, 1, 86_400),
    rate: wholeNumber('rate', values.rate, 1, 2000),
    port: wholeNumber('port', values.port, 0, 65_535),
    metricsPort: wholeNumber('metrics-port', values['metrics-port'], 0, 65_532),
  };
}

function engineName(text: string): EngineName {
  const engine = ENGINES.find((name) => name === text);
  if (engine === undefined) throw new Error(`--engine must be ${ENGINES.join(' or ')}, not '${text}'.`);
  return engine;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} must be a whole number from ${min} to ${max}, not '${text}'.`);
}
