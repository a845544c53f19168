import type { Scenario } from './contender.js';
import { ContenderProcess } from './contender-process.js';
import { summarize } from './statistics.js';
import type { Summary } from './statistics.js';

/** How long and how often. */
export interface Effort {
  /** Times that every contender gets processes of its own: the compiler's luck differs from one to the next. */
  readonly generations: number;
  /** Rounds in each generation. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly roundMs: number;
  /** Calls of which the heap's growth is measured; 0 not to. */
  readonly heapCalls: number;
}

/** What was measured of one contender. */
export interface Row {
  readonly contender: string;
  readonly callsPerSecond: Summary;
  /** Its speed divided by each other contender's, round by round: what drifts in the machine drifts in both. */
  readonly timesFaster: Readonly<Record<string, Summary>>;
  readonly bytesPerCall: number | undefined;
}

/**
 * Measures the contenders of a scenario in rounds that take turns: every contender once, in an order that is shuffled
 * for each round, while the others' processes sleep.
 */
export async function measure(scenario: Scenario, effort: Effort): Promise<readonly Row[]> {
  const names = Object.keys(scenario.contenders);
  const speeds = new Map(names.map((name) => [name, [] as number[]]));
  for (let generation = 0; generation < effort.generations; generation++) {
    await measureGeneration(scenario.id, names, effort, speeds);
  }
  const rows: Row[] = [];
  for (const name of names) {
    rows.push({
      contender: name,
      callsPerSecond: summarize(speeds.get(name) ?? []),
      timesFaster: timesFaster(name, speeds),
      bytesPerCall:
        scenario.withoutHeap || effort.heapCalls === 0 ? undefined : await heapOf(scenario.id, name, effort),
    });
  }
  return rows;
}

async function measureGeneration(
  scenario: string,
  names: readonly string[],
  { rounds, warmUpMs, roundMs }: Effort,
  speeds: ReadonlyMap<string, number[]>,
): Promise<void> {
  const contenders = names.map((name) => ContenderProcess.start(scenario, name));
  try {
    // Whoever is warmed up while others still start is judged slow, and its rounds come out too short.
    await Promise.all(contenders.map((contender) => contender.ready()));
    const running: { readonly contender: ContenderProcess; readonly calls: number }[] = [];
    for (const contender of contenders) {
      running.push({ contender, calls: await contender.warmUp(warmUpMs, roundMs) });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { contender, calls } of shuffled(running)) {
        speeds.get(contender.name)?.push(await contender.round(calls));
      }
    }
  } finally {
    await Promise.all(contenders.map((contender) => contender.stop()));
  }
}

async function heapOf(scenario: string, name: string, { warmUpMs, heapCalls }: Effort): Promise<number> {
  const contender = ContenderProcess.start(scenario, name, { forHeap: true });
  try {
    await contender.warmUp(warmUpMs, 0);
    return await contender.heap(heapCalls);
  } finally {
    await contender.stop();
  }
}

function timesFaster(name: string, speeds: ReadonlyMap<string, readonly number[]>): Row['timesFaster'] {
  const own = speeds.get(name) ?? [];
  const against = [...speeds].map(([other, theirs]) => {
    const ratios = own.map((speed, round) => speed / (theirs[round] ?? Number.NaN));
    return [other, summarize(ratios)] as const;
  });
  return Object.fromEntries(against);
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
