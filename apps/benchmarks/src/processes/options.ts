import { parseArgs } from 'node:util';
import type { Effort } from './load/contender.js';
import type { Benchmark } from './benchmark.js';

/** What the command line asks for. */
export interface RunOptions {
  readonly effort: Effort;
  readonly only: readonly string[];
  readonly writes: boolean;
}

const GENERATIONS = 2;

const FULL: Effort = { generations: GENERATIONS, rounds: 6, warmUpMs: 3000, roundMs: 600, triedRates: 4 };

/** Enough to see that everything runs; the figures mean nothing. */
const QUICK: Effort = { generations: 1, rounds: 1, warmUpMs: 1, roundMs: 20, triedRates: 1 };

export const usageOf = ({
  name,
  scenarios,
  serverVariable,
}: Benchmark): string => `npm run bench:${name} -- [options]
  --rounds <n>        rounds per contender, at least ${GENERATIONS} (${GENERATIONS * FULL.rounds})
  --only <scenario>   only this scenario; may be repeated: ${scenarios.map(({ id }) => id).join(', ')}
  --quick             one very short round each, to see that everything runs; writes nothing
  --no-write          leaves docs/reference/benchmarks.md as it is
  --help
${serverVariable === undefined ? '' : `  ${serverVariable.padEnd(19)} measures over this server instead of one of its own\n`}  BENCH_PROFILE       a folder to leave a CPU profile of each process in`;

/** Reads the command line. Undefined when help is asked for. @throws Error for what is not understood */
export function readOptions(args: readonly string[], { scenarios }: Benchmark): RunOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      'no-write': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const known = scenarios.map(({ id }) => id);
  const unknown = values.only.filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new Error(`No such scenario: ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  const effort = values.quick ? QUICK : FULL;
  return {
    effort: values.rounds === undefined ? effort : { ...effort, rounds: roundsEach(values.rounds, effort) },
    only: values.only,
    // A part of the report, or a hasty one, must not replace a whole one.
    writes: !values.quick && !values['no-write'] && values.only.length === 0,
  };
}

function roundsEach(text: string, { generations }: Effort): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds must be a whole number, not '${text}'.`);
  return Math.ceil(rounds / generations);
}
