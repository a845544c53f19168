import { parseArgs } from 'node:util';
import type { Effort } from '../measure/interleaved.js';
import { SCENARIOS } from './scenarios.js';

/** What the command line asks for. */
export interface RunOptions {
  readonly effort: Effort;
  readonly only: readonly string[];
  readonly uniqueIds: number;
  readonly writes: boolean;
}

export const IDS_UNIQUE = 'ids-unique';

const GENERATIONS = 3;

const FULL: Effort = {
  generations: GENERATIONS,
  rounds: 20,
  warmUpMs: 1_000,
  roundMs: 40,
  heapCalls: 10_000,
};

/** Enough to see that everything runs; the figures mean nothing. */
const QUICK: Effort = { generations: 1, rounds: 1, warmUpMs: 1, roundMs: 1, heapCalls: 0 };

export const USAGE = `npm run bench:local -- [options]
  --rounds <n>        rounds per contender, at least ${GENERATIONS} (${GENERATIONS * FULL.rounds})
  --only <scenario>   only this scenario; may be repeated: ${[...SCENARIOS.map(({ id }) => id), IDS_UNIQUE].join(', ')}
  --quick             one very short round each, to see that everything runs; writes nothing
  --no-write          leaves docs/reference/benchmarks.md as it is
  --help`;

/** Reads the command line. Undefined when help is asked for. @throws Error for what is not understood */
export function readOptions(args: readonly string[]): RunOptions | undefined {
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
  const known = [...SCENARIOS.map(({ id }) => id), IDS_UNIQUE];
  const unknown = values.only.filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new Error(`No such scenario: ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  const effort = values.quick ? QUICK : FULL;
  return {
    effort: values.rounds === undefined ? effort : { ...effort, rounds: roundsEach(values.rounds, effort) },
    only: values.only,
    uniqueIds: values.quick ? 1e6 : 100e6,
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
