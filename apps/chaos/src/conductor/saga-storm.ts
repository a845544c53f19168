import { setTimeout as pause } from 'node:timers/promises';
import Table from 'cli-table3';
import type { CallerAnswer, CallerAsk } from '../caller/caller-protocol.js';
import { MAX_ATTEMPTS, orderIdOf, RUN } from '../sagas/order-plan.js';
import { checkSagas } from '../sagas/saga-ends.js';
import type { SagaEvidence } from '../sagas/saga-ends.js';
import { blow, describe, quiet } from './blow.js';
import type { ChaosOptions } from './chaos-options.js';
import { Stage } from './stage.js';

type StormOptions = Pick<ChaosOptions, 'engine' | 'rate' | 'seed'> & { readonly sagas: number };

/** How long starting sagas may take. */
const STARTED_WITHIN_MS = 24 * 3_600_000;
/** Sagas that have not ended so long after the storm do not end. */
const END_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 2000;

/** Sagas of five steps while one fault follows the other; resolves with what happened that was not promised. */
export async function runSagaStorm(
  { engine, rate, seed, sagas: count }: StormOptions,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const stage = await Stage.open(engine, { hasSagas: true, hasShortLeases: true, maxAttempts: MAX_ATTEMPTS });
  try {
    const startMs = performance.now();
    stage.calling.say({ what: 'start sagas', count, rate } satisfies CallerAsk);
    let isOver = false;
    const started = stage.calling.heard<CallerAnswer>(STARTED_WITHIN_MS).finally(() => (isOver = true));
    const [faults] = await Promise.all([blow(stage, seed, () => isOver, say), started]);
    const seconds = (performance.now() - startMs) / 1000;
    await stage.everyoneIsBack();
    await allEnded(stage, count);
    await quiet(stage);
    const { sagas, deadLetters } = await sagasOf(stage);
    const { violations, plans } = checkSagas({
      orderIds: Array.from({ length: count }, (_, number) => orderIdOf(number)),
      sagas,
      deadLetters,
      effects: stage.files.handled(RUN).effects,
    });
    say(`${count} sagas in ${seconds.toFixed(0)} s: ${describe(faults)}`);
    say(tableOf(plans));
    if (violations.length > 0) stage.keepEvidence(say);
    return violations;
  } finally {
    await stage.close();
  }
}

async function sagasOf(stage: Stage): Promise<Pick<SagaEvidence, 'sagas' | 'deadLetters'>> {
  stage.calling.say({ what: 'sagas' } satisfies CallerAsk);
  const said = await stage.calling.heard<CallerAnswer>();
  if (said.what !== 'sagas') throw new Error(`The caller said '${said.what}'.`);
  return said;
}

/** Resolves once every saga has ended, or none of them has for long. */
async function allEnded(stage: Stage, count: number): Promise<void> {
  let sinceMs = performance.now();
  for (let before = -1; performance.now() - sinceMs < END_WITHIN_MS; await pause(LOOK_EVERY_MS)) {
    const { sagas } = await sagasOf(stage);
    const ended = sagas.filter(({ status }) => status === 'completed' || status === 'compensated').length;
    if (ended === count) return;
    if (ended !== before) sinceMs = performance.now();
    before = ended;
  }
}

function tableOf(plans: ReturnType<typeof checkSagas>['plans']): string {
  const table = new Table({
    head: ['orders', 'ended as', 'sagas', 'effects taken again'],
    style: { head: [], border: [] },
  });
  for (const [plan, { ends, repeated }] of plans)
    [...ends].forEach(([end, number], index) => table.push([plan, end, number, index === 0 ? repeated : '']));
  return table.toString();
}
