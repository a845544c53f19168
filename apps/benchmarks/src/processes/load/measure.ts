import { summarize } from '../../measure/statistics.js';
import type { Summary } from '../../measure/statistics.js';
import type { Broker } from './broker.js';
import type { Contender, Effort } from './contender.js';
import { RunningContender } from './running-contender.js';
import type { Sample } from './running-contender.js';

/** A contender with its rounds, in the order they were measured. */
export interface Measured {
  readonly contender: Contender;
  readonly samples: readonly Sample[];
}

let started = 0;

/** Rounds that take turns: every contender once, in an order shuffled for each round, while the others are quiet. */
export async function measure(
  contenders: readonly Contender[],
  broker: Broker,
  effort: Effort,
): Promise<readonly Measured[]> {
  const measured = contenders.map((contender) => ({ contender, samples: [] as Sample[] }));
  for (let generation = 0; generation < effort.generations; generation++) {
    const found = await measureGeneration(contenders, broker, effort);
    measured.forEach(({ samples }, index) => samples.push(...(found[index] ?? [])));
  }
  return measured;
}

async function measureGeneration(
  contenders: readonly Contender[],
  broker: Broker,
  { rounds, warmUpMs, roundMs }: Effort,
): Promise<readonly (readonly Sample[])[]> {
  const running = await Promise.all(
    contenders.map((contender) =>
      RunningContender.start(contender, `bench${process.pid}x${++started}`, broker),
    ),
  );
  try {
    for (const each of running) await each.warmUp(warmUpMs, roundMs);
    const samples = new Map(running.map((each) => [each, [] as Sample[]]));
    for (let round = 0; round < rounds; round++) {
      for (const each of shuffled(running)) samples.get(each)?.push(await each.round(roundMs));
    }
    return running.map((each) => samples.get(each) ?? []);
  } finally {
    await Promise.all(running.map((each) => each.stop()));
  }
}

/** Where the middle of some figure of the rounds lies. */
export function figure({ samples }: Measured, pick: (sample: Sample) => number): Summary {
  return summarize(samples.map(pick));
}

/** One figure less another contender's, round by round. */
export function difference(
  { samples }: Measured,
  other: Measured,
  pick: (sample: Sample) => number,
): Summary {
  return summarize(
    samples.flatMap((sample, round) => {
      const theirs = other.samples[round];
      return theirs === undefined ? [] : [pick(sample) - pick(theirs)];
    }),
  );
}

/** One figure divided by another contender's, round by round: what drifts in the machine drifts in both. */
export function ratio({ samples }: Measured, other: Measured, pick: (sample: Sample) => number): Summary {
  return summarize(
    samples.flatMap((sample, round) => {
      const theirs = other.samples[round];
      return theirs === undefined ? [] : [pick(sample) / pick(theirs)];
    }),
  );
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
