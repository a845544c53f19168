import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import { SeededRandom } from '@catga/core/engine';
import type { CallerAnswer, CallerAsk } from '../caller/caller-protocol.js';
import { check } from '../checker/check.js';
import type { Findings } from '../checker/findings.js';
import { violationsOf } from '../checker/violations.js';
import { GUARANTEES } from '../promises/guarantees.js';
import { KIND_TITLES, STORED_KINDS } from '../promises/kinds.js';
import { GUSTS, LONGEST_CALM_MS, LONGEST_GUST_MS } from '../scenarios/storm.js';
import type { ChaosOptions } from './chaos-options.js';
import { gather } from './play-scenario.js';
import { failureText } from './report.js';
import { NODE_IDS, Stage } from './stage.js';

type StormOptions = Pick<ChaosOptions, 'engine' | 'rate' | 'seed'> & { readonly messages: number };

const RUN = 'storm';
const KEYS = 500;
/** How long no call may take, the last ones of a storm included. */
const ENDS_WITHIN_MS = 24 * 3_600_000;
/** Longer than anything that is tried again is waited for: whatever has not come by then does not come. */
const QUIET_MS = 20_000;
const LOOK_EVERY_MS = 500;
const SAY_EVERY_MS = 30_000;

/** What was done to the nodes and the broker, how often. */
type Faults = Map<string, number>;

/** Messages with keys while one fault follows the other; resolves with what happened that was not promised. */
export async function runKeyedStorm(
  options: StormOptions,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const { engine, rate, messages } = options;
  const stage = await Stage.open(engine);
  try {
    const startMs = performance.now();
    const plan = { run: RUN, instruction: 'work', isTwice: false, isSerial: false, keys: KEYS } as const;
    stage.calling.say({
      what: 'start',
      rate,
      kinds: STORED_KINDS,
      plan,
      count: messages,
    } satisfies CallerAsk);
    let isOver = false;
    const sent = stage.calling.heard<CallerAnswer>(ENDS_WITHIN_MS).finally(() => (isOver = true));
    const [faults] = await Promise.all([blow(stage, options, () => isOver, say), sent]);
    const seconds = (performance.now() - startMs) / 1000;
    await quiet(stage);
    const found = check(await gather(stage, RUN));
    say(`${messages} messages in ${seconds.toFixed(0)} s: ${describe(faults)}`);
    say(tableOf(found));
    return STORED_KINDS.flatMap((kind) => {
      const ofKind = found.get(kind);
      if (ofKind === undefined) return [];
      return violationsOf(ofKind, GUARANTEES[engine].storm[kind]).map(
        (what) => `${KIND_TITLES[kind]}: ${what}`,
      );
    });
  } finally {
    await stage.close();
  }
}

/** One fault after the other, each in its turn, and each node in its turn; how long is left to the seed. */
async function blow(
  stage: Stage,
  { seed }: StormOptions,
  isOver: () => boolean,
  say: (line: string) => void,
): Promise<Faults> {
  const random = new SeededRandom(seed);
  const faults: Faults = new Map();
  const gusts = Object.entries(GUSTS);
  let saidMs = performance.now();
  for (let turn = 0; ; turn++) {
    await pause(random.next() * LONGEST_CALM_MS);
    await stage.everyoneIsBack();
    const [name, gust] = gusts[turn % gusts.length] ?? [];
    // The nodes take turns in each fault, and all of them come to all.
    const nodeId = NODE_IDS[Math.floor(turn / gusts.length) % NODE_IDS.length];
    if (isOver() || name === undefined || gust === undefined || nodeId === undefined) return faults;
    await gust(stage, nodeId, random.next() * LONGEST_GUST_MS);
    faults.set(name, (faults.get(name) ?? 0) + 1);
    if (performance.now() - saidMs < SAY_EVERY_MS) continue;
    saidMs = performance.now();
    say(`${turn + 1} faults, ${(stage.files.ledgerBytes / 1024 / 1024).toFixed(0)} MiB in the ledger`);
  }
}

/** Resolves once nothing has happened for long. */
async function quiet(stage: Stage): Promise<void> {
  await stage.everyoneIsBack();
  let sinceMs = performance.now();
  for (let before = -1; performance.now() - sinceMs < QUIET_MS; await pause(LOOK_EVERY_MS)) {
    const bytes = stage.files.ledgerBytes;
    if (bytes !== before) sinceMs = performance.now();
    before = bytes;
  }
}

function describe(faults: Faults): string {
  return [...faults].map(([name, count]) => `${name} ${count} times`).join(', ');
}

function tableOf(findings: ReadonlyMap<string, Findings>): string {
  const table = new Table({
    head: [
      '',
      'sent',
      'stored',
      'failed',
      'handled',
      'lost',
      'out of order',
      'handled twice',
      'dead letters',
    ],
    style: { head: [], border: [] },
  });
  for (const kind of STORED_KINDS) {
    const found = findings.get(kind);
    if (found === undefined) continue;
    const { sent, succeeded, handled, lost, unordered, repeated, deadLetters } = found;
    const counts = [lost, unordered, repeated, deadLetters].map(({ length }) => length);
    table.push([KIND_TITLES[kind], sent, succeeded, failureText(found), handled, ...counts]);
  }
  return table.toString();
}
