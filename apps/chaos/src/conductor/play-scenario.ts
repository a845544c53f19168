import { setTimeout as pause } from 'node:timers/promises';
import type { CallPlan, CallerAnswer, CallerAsk } from '../caller/caller-protocol.js';
import { check } from '../checker/check.js';
import type { Findings } from '../checker/findings.js';
import type { DeadLetterRecord, Evidence } from '../checker/records.js';
import { KINDS } from '../promises/kinds.js';
import type { Kind } from '../promises/kinds.js';
import type { Play, Scenario } from '../scenarios/scenario.js';
import { ACK_WAIT_MS } from '../node/catga-node-module.js';
import { isOf } from './evidence-files.js';
import type { Stage } from './stage.js';

/** How long stored messages may take to be handled once the fault is over. */
const SETTLES_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 250;
/** Nothing happens for so long: nothing will. What nobody acknowledged has come again by then. */
const QUIET_MS = ACK_WAIT_MS + 1000;

/** Plays one scenario on a stage and checks what it left behind. */
export async function playScenario(
  scenario: Scenario,
  stage: Stage,
  { seconds, rate, random }: Pick<Play, 'seconds' | 'rate' | 'random'>,
): Promise<ReadonlyMap<Kind, Findings>> {
  const run = scenario.fault;
  const planned = (plan: Partial<CallPlan> = {}): CallPlan => ({
    run,
    instruction: 'work',
    isTwice: false,
    ...plan,
  });
  const ask = (said: CallerAsk): void => stage.calling.say(said);
  const ended = async (): Promise<void> => {
    const { what } = await stage.calling.heard<CallerAnswer>();
    if (what !== 'done') throw new Error(`The caller said '${what}'.`);
  };
  let before = Promise.resolve();
  // One after another on the line to the caller, each answered before the next is asked.
  const call = async (kind: Kind, plan: Partial<CallPlan> | undefined): Promise<void> => {
    const mine = before.then(() => ask({ what: 'call', kind, plan: planned(plan) })).then(ended);
    before = mine;
    await mine;
  };
  await scenario.run({
    stage,
    seconds,
    rate,
    random,
    start: (plan, ratePerSecond = rate) =>
      ask({ what: 'start', rate: ratePerSecond, kinds: KINDS, plan: planned(plan) }),
    call,
  });
  await stage.everyoneIsBack();
  ask({ what: 'stop' });
  await ended();
  return check(await settled(stage, run));
}

/** The evidence, once nothing more is added to it and all that was stored is handled, or time is up. */
export async function settled(stage: Stage, run: string): Promise<Evidence> {
  const endMs = performance.now() + SETTLES_WITHIN_MS;
  let quietSinceMs = performance.now();
  for (let before = -1; ;) {
    const evidence = await gather(stage, run);
    const nowMs = performance.now();
    if (evidence.effects.length !== before) quietSinceMs = nowMs;
    before = evidence.effects.length;
    const found = check(evidence);
    const isWaitedFor = (['enqueued', 'reliable', 'reliable-qos2'] as const).some(
      (kind) => (found.get(kind)?.lost.length ?? 0) > 0,
    );
    if (nowMs > endMs || (!isWaitedFor && nowMs - quietSinceMs > QUIET_MS)) return evidence;
    await pause(LOOK_EVERY_MS);
  }
}

async function gather(stage: Stage, run: string): Promise<Evidence> {
  stage.calling.say({ what: 'dead letters' } satisfies CallerAsk);
  const said = await stage.calling.heard<CallerAnswer>();
  const letters: readonly DeadLetterRecord[] = said.what === 'dead letters' ? said.letters : [];
  return {
    calls: stage.files.calls(run, stage.killedCallers),
    effects: stage.files.effects(run),
    deadLetters: letters.filter(({ id }) => isOf(run, id)),
  };
}
