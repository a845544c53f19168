import { parseArgs } from 'node:util';
import { ENGINES } from '../broker/engine-settings.js';
import type { EngineName } from '../broker/engine-settings.js';
import { FAULTS } from '../promises/faults.js';
import type { Fault } from '../promises/faults.js';

/** What the user wants. */
export interface ChaosOptions {
  readonly engine: EngineName;
  readonly faults: readonly Fault[];
  /** How long the load of one scenario lasts, roughly. */
  readonly seconds: number;
  /** Messages a second. */
  readonly rate: number;
  readonly seed: number;
  /** How often all of it is played. */
  readonly rounds: number;
  /** How many messages with keys a storm instead of the scenarios sends. */
  readonly messages?: number;
  /** How many sagas a storm instead of the scenarios starts. */
  readonly sagas?: number;
  /** Steady load and restarts instead, to see what grows. */
  readonly isSoak: boolean;
}

export const USAGE = `npm run chaos -- [options]

  --engine <e>      ${ENGINES.join(' or ')} (nats)
  --scenario <a,b>  which faults (all): ${Object.keys(FAULTS).join(', ')}
  --seconds <n>     how long the load of one scenario lasts (6)
  --rate <n>        messages a second (150; with --messages 3000); sagas (with --sagas 15)
  --rounds <n>      how often all of it is played (1)
  --seed <n>        of what is left to chance (1)
  --messages <n>    instead: a storm until so many messages with keys are sent, one fault after the other
  --sagas <n>       instead: a storm until so many sagas are started, and what became of them
  --soak            instead: steady load and restarts for --seconds (600), then what has grown
  --help`;

/** Undefined if help is asked for. Throws an error that says what is wrong. */
export function readChaosOptions(args: readonly string[]): ChaosOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: 'nats' },
      scenario: { type: 'string', default: Object.keys(FAULTS).join(',') },
      seconds: { type: 'string' },
      rate: { type: 'string' },
      messages: { type: 'string' },
      sagas: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      soak: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    engine: toEngine(values.engine),
    faults: values.scenario.split(',').map(toFault),
    isSoak: values.soak,
    seconds: wholeNumber('seconds', values.seconds ?? (values.soak ? '600' : '6'), 1, 86_400),
    rate: wholeNumber('rate', values.rate ?? defaultRate(values), 1, 20_000),
    ...(values.sagas !== undefined && { sagas: wholeNumber('sagas', values.sagas, 1, 1_000_000) }),
    ...(values.messages !== undefined && {
      messages: wholeNumber('messages', values.messages, 1, 10_000_000),
    }),
    rounds: wholeNumber('rounds', values.rounds, 1, 10_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
  };
}

function defaultRate(instead: { readonly messages?: string; readonly sagas?: string }): string {
  if (instead.sagas !== undefined) return '15';
  return instead.messages === undefined ? '150' : '3000';
}

function toEngine(text: string): EngineName {
  const engine = ENGINES.find((name) => name === text);
  if (engine === undefined) throw new Error(`--engine: '${text}' is none of ${ENGINES.join(', ')}.`);
  return engine;
}

function toFault(name: string): Fault {
  if (Object.hasOwn(FAULTS, name)) return name as Fault;
  throw new Error(`--scenario: '${name}' is none of ${Object.keys(FAULTS).join(', ')}.`);
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} must be a whole number from ${min} to ${max}, not '${text}'.`);
}
