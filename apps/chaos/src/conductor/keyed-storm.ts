import Table from 'cli-table3';
import type { CallerAnswer, CallerAsk } from '../caller/caller-protocol.js';
import { check } from '../checker/check.js';
import type { Findings } from '../checker/findings.js';
import { violationsOf } from '../checker/violations.js';
import { GUARANTEES } from '../promises/guarantees.js';
import { KIND_TITLES, STORED_KINDS } from '../promises/kinds.js';
import { blow, describe, quiet } from './blow.js';
import type { ChaosOptions } from './chaos-options.js';
import { gather } from './play-scenario.js';
import { failureText } from './report.js';
import { Stage } from './stage.js';

type StormOptions = Pick<ChaosOptions, 'engine' | 'rate' | 'seed'> & { readonly messages: number };

const RUN = 'storm';
const KEYS = 500;
/** How long no call may take, the last ones of a storm included. */
const ENDS_WITHIN_MS = 24 * 3_600_000;

/** Messages with keys while one fault follows the other; resolves with what happened that was not promised. */
export async function runKeyedStorm(
  options: StormOptions,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const { engine, rate, messages, seed } = options;
  const stage = await Stage.open(engine, { hasShortLeases: true });
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
    const [faults] = await Promise.all([blow(stage, seed, () => isOver, say), sent]);
    const seconds = (performance.now() - startMs) / 1000;
    await quiet(stage);
    const found = check(await gather(stage, RUN));
    say(`${messages} messages in ${seconds.toFixed(0)} s: ${describe(faults)}`);
    say(tableOf(found));
    const violations = STORED_KINDS.flatMap((kind) => {
      const ofKind = found.get(kind);
      if (ofKind === undefined) return [];
      return violationsOf(ofKind, GUARANTEES[engine].storm[kind]).map(
        (what) => `${KIND_TITLES[kind]}: ${what}`,
      );
    });
    if (violations.length > 0) stage.keepEvidence(say);
    return violations;
  } finally {
    await stage.close();
  }
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
